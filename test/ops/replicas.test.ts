import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reconcile } from '../../src/ops/upkeep/reconcile.ts';
import { COMPILED } from '../setup/run-cli.ts';
import { openScheduling, type Scheduling } from './scheduling.ts';

const SLOTS = 200;
/** PostgreSQL may finish what a killed one has asked for after time has gone by: such a claim has to wait for the next time. */
const ROUND_MS = 10_000;
const NOW = '2026-11-23T02:00:20Z';
const LETTERS = [...'ABCDEFGHIJKLMNOPQRST'];
const CODES = LETTERS.flatMap((one) => LETTERS.map((other) => `Q${one}${other}`)).slice(0, SLOTS);

let scheduling: Scheduling;
beforeEach(async () => {
  scheduling = await openScheduling({ entries: [] });
  await scheduling.desk.airports(...CODES);
  const entries = CODES.map((code) => `('grant-${code.toLowerCase()}', '0 2 * * * UTC', '2026-11-20')`);
  await scheduling.desk.ledger(`INSERT INTO schedule_timings (entry, timing, since) VALUES ${entries}`);
});
afterEach(() => scheduling.close());

async function startReplica() {
  const child = spawn(process.execPath, [fileURLToPath(new URL('replica.ts', import.meta.url))], {
    env: {
      PATH: process.env.PATH,
      ...COMPILED,
      DATABASE_URL: scheduling.desk.platformUrl,
      LEDGER_DATABASE_URL: scheduling.desk.ledgerUrl,
      CODES: CODES.join(','),
      NOW,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  await once(child.stdout, 'data');
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal);
    await gone;
  };
  return { end };
}

/** With both replicas down: what they left is found once their claims have run out, and their runs are settled. */
async function timeGoesBy(): Promise<void> {
  await scheduling.later(3);
  const clock = { now: () => new Date(Date.parse(NOW) + 3_600_000) };
  await reconcile({ ...scheduling.ports, clock });
}

const untold = async () => {
  const [row] = await scheduling.desk.ledger('SELECT count(told_at)::int AS told FROM schedule_slots');
  return SLOTS - Number(row?.told);
};

const runsBegun = async () => {
  const [row] = await scheduling.desk.ledger('SELECT count(*)::int AS runs FROM runs');
  return Number(row?.runs);
};

/** Both run until some more runs were begun; then both come to an end in the midst of it, most often the hard way. */
async function round(): Promise<void> {
  const before = await runsBegun();
  const replicas = await Promise.all([startReplica(), startReplica()]);
  const some = before + 5 + Math.random() * 60;
  const until = performance.now() + ROUND_MS;
  while ((await runsBegun()) < some && (await untold()) > 0 && performance.now() < until) await sleep(10);
  await Promise.all(replicas.map(({ end }) => end(Math.random() < 0.75 ? 'SIGKILL' : 'SIGTERM')));
  await timeGoesBy();
}

test('two replicas that are killed over and over run 200 due slots: none twice, none lost', {
  timeout: 120_000,
}, async () => {
  let rounds = 0;
  for (; (await untold()) > 0 && rounds < 60; rounds++) await round();
  const { desk } = scheduling;
  expect(rounds).toBeGreaterThan(2);
  expect(await scheduling.slots()).toHaveLength(SLOTS);
  expect(await desk.ledger('SELECT DISTINCT state FROM schedule_slots')).toEqual([{ state: 'done' }]);
  const done = "SELECT count(*)::int AS runs, count(DISTINCT actor_id)::int AS entries FROM runs WHERE state = 'done'";
  expect(await desk.ledger(done)).toEqual([{ runs: SLOTS, entries: SLOTS }]);
  const effects = 'SELECT count(*)::int AS grants FROM entitlement.entitlement_audits';
  expect(await desk.platform(effects)).toEqual([{ grants: SLOTS }]);
});
