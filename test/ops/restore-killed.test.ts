import { describe, expect, onTestFinished, test } from 'vitest';
import { whyMissing } from '../setup/machine.ts';
import { redisUrl } from '../setup/redis.ts';
import type { Ground } from './backup-ground.ts';
import { said } from './desk.ts';
import { begin, confirmed, done } from './restore-ground.ts';
import { BESIDE, type Cell, cellsOf, DRILL, UNDO, type Way, WITHIN } from './restore-steps.ts';
import {
  afterItsTime,
  left,
  liveOf,
  messageOf,
  nextStart,
  openPlanted,
  type Planted,
  remember,
} from './restore-truth.ts';
import { type Death, openStage } from './restore-victims.ts';

// Somebody is killed at every step of a restore, of its undoing, and of a drill.

/** Cells whose name this expression matches (`.`: all of them); by default one in so many. */
const ONLY = process.env.RESTORE_ONLY;
const EVERY = 41;
const PATIENCE_MS = ONLY ? 1_200_000 : 180_000;
const SAYS_OLD = /not touched|did not happen|nothing was changed|no restore to undo/i;
const SAYS_NEW = /was replaced|is in place|is now backup/i;

function chosen(way: Way): Cell[] {
  const cells = cellsOf(way).filter(({ line }) => line !== 'redis' || !whyMissing('redis'));
  return cells.filter(({ name }, place) => (ONLY ? new RegExp(ONLY).test(name) : place % EVERY === 0));
}

type Judge = (ground: Ground, death: Death, planted?: Planted) => Promise<string[]>;

/** Plays the cells one after the other, and resolves with what was wrong in each. */
async function play(way: Way, judge: Judge): Promise<object> {
  const ground = await begin();
  await ground.platform('CREATE TABLE public.ballast AS SELECT n FROM generate_series(1, 1000) n');
  await done(ground, 'backup');
  const [{ id } = {}] = await ground.ledger('SELECT id FROM backups');
  await ground.airports('SIN');
  await remember(ground);
  const redis = whyMissing('redis') ? undefined : redisUrl();
  const stage = await openStage(ground, redis);
  const planted = redis === undefined ? undefined : openPlanted(redis);
  onTestFinished(() => planted?.close());
  const found: Record<string, readonly string[]> = {};
  for (const cell of chosen(way)) {
    const began = performance.now();
    ground.now = new Date();
    if (way === UNDO) await done(ground, `restore ${id}`);
    await planted?.plant();
    const death = await stage.play(way.command.replace('ID', String(id)), cell);
    ground.now = new Date();
    const unmet = death.isCaught ? [] : [`the step was not reached: ${death.said}`];
    const faults = [...unmet, ...(await judge(ground, death, planted))];
    if (faults.length > 0) found[cell.name] = faults;
    if (ONLY)
      process.stdout.write(
        `${faults.length === 0 ? '✓' : 'FAILED'} ${cell.name} ${Math.round(performance.now() - began)} ms\n`,
      );
  }
  return found;
}

/** Whatever has died: one of the two is live, whole, the next start says which and cleans up, and what is new can be undone. */
async function judgeRestore(ground: Ground, { said: own }: Death, planted?: Planted): Promise<string[]> {
  const faults: string[] = [];
  const live = await liveOf(ground);
  if (live === 'neither') faults.push('neither of the two is live, whole');
  const told = (await nextStart(ground, { cache: planted?.cache })).join(' ');
  if (live === 'new' && (await planted?.isThere())) faults.push('the gateway still answers from before');
  const message = `${own} ${await messageOf(ground, 'restore')}`;
  const [wrong, right] = live === 'new' ? [SAYS_OLD, SAYS_NEW] : [SAYS_NEW, SAYS_OLD];
  if (wrong.test(`${message} ${told}`)) faults.push(`${live} is live, and this was said: ${message} ${told}`);
  if (!right.test(`${message} ${told}`) && !/“undo-restore” says whether/.test(message))
    faults.push(`nobody says that ${live} is live: ${message} ${told}`);
  if ((await liveOf(ground)) !== live) faults.push('the next start has changed what is live');
  faults.push(...(await strays(ground)));
  const undone = await confirmed(ground, 'undo-restore');
  if (undone.kind !== (live === 'new' ? 'done' : 'refused')) faults.push(`undoing ${live} came to: ${said(undone)}`);
  return [...faults, ...(await restored(ground))];
}

/** An undo is done or not; asked for again, it is done. */
async function judgeUndo(ground: Ground, { said: own }: Death, planted?: Planted): Promise<string[]> {
  const faults: string[] = [];
  const live = await liveOf(ground);
  if (live === 'neither') faults.push('neither of the two is live, whole');
  await nextStart(ground, { cache: planted?.cache });
  if (live === 'old' && (await planted?.isThere())) faults.push('the gateway still answers from before');
  const message = `${own} ${await messageOf(ground, 'undo-restore')}`;
  if (live === 'new' && /is as it was/.test(message)) faults.push(`it is not undone, and this was said: ${message}`);
  if ((await liveOf(ground)) !== live) faults.push('the next start has changed what is live');
  faults.push(...(await strays(ground)));
  const again = await confirmed(ground, 'undo-restore');
  if (again.kind !== (live === 'new' ? 'done' : 'refused'))
    faults.push(`undoing ${live} again came to: ${said(again)}`);
  return [...faults, ...(await restored(ground))];
}

/** A drill never touches what is live, and leaves nothing. */
async function judgeDrill(ground: Ground): Promise<string[]> {
  const faults: string[] = [];
  await nextStart(ground);
  const [open] = await ground.ledger('SELECT count(*)::int AS drills FROM drills WHERE ended_at IS NULL');
  if (open?.drills !== 0) faults.push('the ledger has drills that are not over');
  return [...faults, ...(await strays(ground)), ...(await restored(ground))];
}

async function strays(ground: Ground): Promise<string[]> {
  const { there, known } = await left(ground);
  return JSON.stringify(there) === JSON.stringify(known)
    ? []
    : [`there are ${there}, and the ledger knows of ${known}`];
}

/** What was live in the beginning is again, and what is kept goes when its time is over. */
async function restored(ground: Ground): Promise<string[]> {
  const faults = (await liveOf(ground)) === 'old' ? [] : ['what was live in the beginning is not again'];
  await afterItsTime(ground);
  const { there, known } = await left(ground);
  return [...faults, ...(there.length + known.length > 0 ? [`${there} and ${known} stay for ever`] : [])];
}

describe('killed at any step', () => {
  test('a restore leaves one of the two, whole; the next start says which, and cleans up', {
    timeout: PATIENCE_MS,
  }, async () => {
    expect(await play(BESIDE, judgeRestore)).toEqual({});
  });

  test('so does one within the live database', { timeout: PATIENCE_MS }, async () => {
    expect(await play(WITHIN, judgeRestore)).toEqual({});
  });

  test('an undo is done, or can be asked for again', { timeout: PATIENCE_MS }, async () => {
    expect(await play(UNDO, judgeUndo)).toEqual({});
  });

  test('a drill leaves nothing behind', { timeout: PATIENCE_MS }, async () => {
    expect(await play(DRILL, judgeDrill)).toEqual({});
  });
});
