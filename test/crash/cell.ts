import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '../../workbench/slack/state.ts';
import { KINDS, type Kind, type KindName } from './kinds.ts';
import type { Site } from './site.ts';
import { type Row, trapOf } from './steps.ts';

/** What was found in one cell of the matrix. */
export interface Found {
  /** How things stood when the bot was dead: the state of the run, and whether the platform had the effect. */
  readonly atDeath: string;
  readonly seconds: number;
  /** What is not as it should be. */
  readonly faults: readonly string[];
}

/** Never true of what is done in the end. */
const FALSEHOOD =
  /nothing (was|were|is|will be) |not done|before anything|went wrong|does not answer|has work already/i;
/** Said truthfully to a delivery that the ledger of a busy machine did not take within its second: it is another run. */
const NOT_TAKEN = /this request began nothing/;
const CAUGHT_MS = 15_000;
/** A job whose worker died is handed out anew within a minute. */
const SETTLED_MS = 75_000;

/** One cell to play: which step, which way to ask, for which organisation. */
export interface Cell {
  readonly row: Row;
  readonly kind: KindName;
  readonly code: string;
}

/** A request whose bot was killed and started again. */
export interface Killed extends Matter {
  readonly atDeath: string;
  /** It was acknowledged, and is not in the ledger. */
  readonly isLost: boolean;
  /** The last deliveries, where they have not come yet. */
  readonly later: (() => Promise<unknown>) | undefined;
  /** The workspace's, before the request. */
  readonly version: number;
}

/**
 * Has one change asked for, kills the bot at one step on the way, and starts it again; the request is delivered twice
 * before, once while the bot is dead, and twice after that. Rejects when the bot never came to that step.
 */
export async function kill(site: Site, { row, kind: name, code }: Cell): Promise<Killed> {
  const kind = KINDS[name];
  const act = await kind.prepare(site, code);
  await until(async () => (await pending(site)) === 0, 'what led there was not over');
  const over = await site.desk.ledger('SELECT id FROM runs WHERE finished_at IS NOT NULL');
  const { version } = site.slack.workspace.state;
  const matter = { kind, code, known: over.map(({ id }) => String(id)) };
  const caught = site.trap(trapOf(row, kind, code));
  const delivery = await deliver(site, act, code);
  const again = () => site.slack.redeliver(delivery);
  void again();
  await within(CAUGHT_MS, caught, 'the bot was not killed: the step never came');
  const atDeath = await standing(site, matter);
  const isStored = (await runsOf(site, matter)).length >= kind.operations.length;
  const isLost = delivery.status === 200 && !isStored;
  await again();
  await site.start();
  const twice = () => Promise.all([again(), again()]);
  // What was acknowledged is done and answered without another delivery; or while the others come in.
  const isAlone = delivery.status === 200 && row.moment !== 'unanswered';
  if (!isAlone) await twice();
  return { ...matter, atDeath, version, isLost, later: isAlone ? twice : undefined };
}

/** What is not as it should be, once the bot that was started again has had its time. */
export async function faultsIn(site: Site, killed: Killed): Promise<readonly string[]> {
  let faults: string[] = [];
  const isMended = async () => {
    faults = await faultsOf(site, killed);
    return faults.length === 0;
  };
  await until(isMended, '', SETTLED_MS).catch(() => undefined);
  if (killed.later && faults.length === 0) {
    await killed.later();
    await until(isMended, '', SETTLED_MS).catch(() => undefined);
  }
  return killed.isLost ? ['it was acknowledged before it was stored', ...faults] : faults;
}

/** Lets the act happen, and catches the delivery that it makes. */
async function deliver({ slack }: Site, act: () => Promise<unknown>, code: string): Promise<Delivery> {
  const last = slack.deliveries().at(-1)?.id ?? 0;
  void act().catch(() => undefined);
  const made = () => slack.deliveries().find(({ id, payload }) => id > last && JSON.stringify(payload).includes(code));
  await until(async () => made() !== undefined, 'nothing was delivered');
  return made() as Delivery;
}

interface Matter {
  readonly kind: Kind;
  readonly code: string;
  /** Runs that were over before. */
  readonly known: readonly string[];
}

async function runsOf({ desk }: Site, { known }: Matter): Promise<Record<string, unknown>[]> {
  const runs = await desk.ledger(
    `SELECT id, operation, state, message, request IS NULL AS answered,
       (SELECT count(*)::int FROM audit_log WHERE run_id = runs.id AND outcome = runs.state) AS audited
     FROM runs ORDER BY started_at`,
  );
  return runs.filter(({ id }) => !known.includes(String(id)));
}

async function effectsOf({ desk }: Site, { kind, code }: Matter): Promise<number[]> {
  const counts = Object.entries(kind.effects).map(([sql, prefix]) =>
    desk.platform(sql.replace('?', `'${prefix}${code}'`)),
  );
  return (await Promise.all(counts)).map((rows) => rows.length);
}

async function standing(site: Site, matter: Matter): Promise<string> {
  const runs = await runsOf(site, matter);
  const effects = await effectsOf(site, matter);
  const words = runs.map(({ state }) => String(state)).join(', ') || 'nothing';
  return effects.every((count) => count === 1) ? `${words} + effect` : words;
}

async function faultsOf(site: Site, matter: Killed): Promise<string[]> {
  const { kind, version } = matter;
  const runs = (await runsOf(site, matter)).filter(({ message }) => !NOT_TAKEN.test(String(message)));
  const effects = await effectsOf(site, matter);
  const done = runs.filter(({ state }) => state === 'done').map(({ operation }) => String(operation));
  const said = site.slack.traffic(version).map(saidIn);
  const seen = [...site.slack.workspace.state.messages.values()].filter(
    ({ version: changed, user }) => changed > version && user === 'U0CAPOPS',
  );
  const told = seen.filter(
    ({ text = '', channel, ephemeralFor }) =>
      kind.truth.test(text) && (ephemeralFor === 'U0OMAR' || channel === 'D0OMAR'),
  );
  const falsehoods = said.filter((text) => FALSEHOOD.test(text) && !NOT_TAKEN.test(text));
  return [
    ...(effects.every((count) => count === 1) ? [] : [`effects: ${effects.join(' and ')}, not 1`]),
    ...(done.toSorted().join() === kind.operations.join() && runs.length === done.length
      ? []
      : [`runs: ${runs.map(({ operation, state }) => `${operation} ${state}`).join(', ')}`]),
    ...runs
      .filter(({ audited }) => audited !== 1)
      .map(({ operation, audited }) => `${operation} is ${audited} times in the audit`),
    ...runs.filter(({ answered }) => !answered).map(({ operation }) => `${operation} counts as unanswered`),
    ...(told.length > 0 ? [] : ['the asker was not told']),
    ...falsehoods.map((text) => `said: ${text}`),
  ];
}

/** What CapOps said in one exchange: in a call, or in an acknowledgement. */
function saidIn({ way, payload, answer }: { way: string; payload: unknown; answer: unknown }): string {
  if (way === 'to the app') return JSON.stringify(answer ?? '');
  return String((payload as { text?: unknown }).text ?? '');
}

/** Runs that are not over and answered; those that wait for a second person may. */
async function pending({ desk }: Site): Promise<number> {
  const [row] = await desk.ledger(
    "SELECT count(*)::int AS count FROM runs WHERE request IS NOT NULL AND state <> 'awaiting'",
  );
  return Number(row?.count);
}

async function until(check: () => Promise<boolean>, otherwise: string, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(otherwise);
    await sleep(100);
  }
}

async function within<T>(ms: number, work: Promise<T>, otherwise: string): Promise<T> {
  const given = new AbortController();
  const late = sleep(ms, undefined, { signal: given.signal }).then(() => Promise.reject(new Error(otherwise)));
  late.catch(() => undefined);
  return Promise.race([work, late]).finally(() => given.abort()) as Promise<T>;
}
