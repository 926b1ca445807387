import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startWorker } from '../../../src/faces/worker/index.ts';
import { cancelRun } from '../../../src/ops/cancel-run.ts';
import type { Operation } from '../../../src/ops/service/operation.ts';
import { type CrewMember, joinCrew, startOf } from '../../ops/crew.ts';
import { type Desk, OMAR, openDesk, said } from '../../ops/desk.ts';
import { type Airfield, digging, openAirfield, survey } from '../../ops/survey.ts';

const OPERATIONS: Operation[] = [survey, digging, cancelRun];

let desk: Desk;
let bot: CrewMember;
beforeEach(async () => {
  desk = await openDesk();
  bot = await joinCrew(desk, OPERATIONS);
});
afterEach(async () => {
  await bot.close();
  await desk.close();
});

/** Somebody in Slack asks for it; it waits for a worker. */
async function ask(operation: Operation, { path }: Airfield): Promise<string> {
  const outcome = await bot.service.execute({ operation, actor: OMAR, raw: { path }, answer: 'a' });
  expect(outcome.kind).toBe('queued');
  return outcome.runId;
}

async function work(member: CrewMember, graceMs = 0) {
  const worker = startWorker({ ...member, concurrency: 2, graceMs });
  onTestFinished(worker.stop);
  return worker;
}

/** A worker in a process of its own. */
async function startProcess(graceMs = 0) {
  const script = fileURLToPath(new URL('worker-process.ts', import.meta.url));
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: desk.platformUrl,
    LEDGER_DATABASE_URL: desk.ledgerUrl,
    NOW: desk.now.toISOString(),
    GRACE_MS: String(graceMs),
  };
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    await gone;
  };
  onTestFinished(() => end('SIGKILL'));
  await once(child.stdout, 'data');
  return { end };
}

const soon = { timeout: 5_000, interval: 20 };
const inAMinute = { timeout: 60_000, interval: 100 };
const stateOf = async (id: string) => (await desk.ledger(`SELECT state FROM runs WHERE id = '${id}'`))[0]?.state;
const answers = (member: CrewMember) => member.told.map(({ outcome }) => said(outcome));

describe('a long run', () => {
  test('is begun at once where it was asked for, done once, and its asker is told', async () => {
    const airfield = openAirfield();
    await work(bot);
    const begun = performance.now();
    const id = await ask(survey, airfield);
    await expect.poll(airfield.isAtWork, soon).toBe(true);
    expect(performance.now() - begun).toBeLessThan(2_000);
    airfield.finish();
    await expect.poll(() => stateOf(id), soon).toBe('done');
    expect(airfield.files()).toEqual(['survey']);
    await expect.poll(() => answers(bot), soon).toEqual([expect.stringContaining('The airfield is surveyed.')]);
  });

  test('is done once by whichever of several workers', async () => {
    const others = [await joinCrew(desk, OPERATIONS), await joinCrew(desk, OPERATIONS)];
    onTestFinished(async () => {
      for (const other of others) await other.close();
    });
    await Promise.all(others.map((other) => work(other)));
    const airfields = Array.from({ length: 6 }, openAirfield);
    for (const airfield of airfields) {
      airfield.finish();
      await ask(survey, airfield);
    }
    await expect
      .poll(() => desk.ledger("SELECT count(*)::int AS n FROM runs WHERE state = 'done'"), inAMinute)
      .toEqual([{ n: 6 }]);
    expect(airfields.map((airfield) => airfield.begun())).toEqual(Array(6).fill(1));
  });

  test('whose job was lost gets one anew', async () => {
    const airfield = openAirfield();
    const id = await ask(survey, airfield);
    await desk.databases.ledger.raw('DELETE FROM capops_jobs.job');
    const { openLostRuns } = await import('../../../src/ops/upkeep/lost-runs.ts');
    const look = openLostRuns(bot.ports);
    await look();
    expect(await bot.queue.depth()).toBe(0);
    await look();
    await look();
    expect(await bot.queue.depth()).toBe(1);
    airfield.finish();
    await work(bot);
    await expect.poll(() => stateOf(id), inAMinute).toBe('done');
  });
});

describe('cancelling a long run', () => {
  const cancel = (run: string) => bot.service.execute({ operation: cancelRun, actor: OMAR, raw: { run } });

  test('ends its child process within 5 s, and nothing of it stays', async () => {
    const airfield = openAirfield();
    await work(bot);
    const id = await ask(survey, airfield);
    await expect.poll(airfield.files, soon).toEqual(['survey.part']);
    const begun = performance.now();
    const outcome = await cancel(id);
    expect(said(outcome)).toContain('is cancelled. Nothing was changed.');
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect([airfield.isAtWork(), airfield.files(), await stateOf(id)]).toEqual([false, [], 'cancelled']);
    expect(answers(bot)).toEqual(['Omar (slack:U0OMAR) cancelled this. Nothing was changed.']);
    expect(await desk.ledger(`SELECT outcome FROM audit_log WHERE run_id = '${id}'`)).toEqual([
      { outcome: 'cancelled' },
    ]);
  });

  test('that waits ends it at once, and no worker begins it', async () => {
    const airfield = openAirfield();
    const id = await ask(survey, airfield);
    expect(said(await cancel(id))).toContain('is cancelled. Nothing was changed.');
    expect(answers(bot)).toEqual(['Omar (slack:U0OMAR) cancelled this. Nothing was changed.']);
    await work(bot);
    await expect.poll(bot.queue.depth, inAMinute).toBe(0);
    expect(airfield.begun()).toBe(0);
  });
});

describe('a worker that is told to stop', () => {
  test('lets what runs come to its end within the grace', async () => {
    const airfield = openAirfield();
    const worker = await work(bot, 10_000);
    const id = await ask(survey, airfield);
    await expect.poll(airfield.isAtWork, soon).toBe(true);
    const stopped = worker.stop();
    // Longer than it takes to look who has the run.
    await sleep(1_500);
    expect([await stateOf(id), airfield.isAtWork()]).toEqual(['running', true]);
    airfield.finish();
    await stopped;
    expect([await stateOf(id), airfield.begun()]).toEqual(['done', 1]);
  });

  test('hands it back after that, and another worker finishes it', async () => {
    const airfield = openAirfield();
    const first = await startProcess(100);
    const id = await ask(survey, airfield);
    await expect.poll(airfield.isAtWork, inAMinute).toBe(true);
    await first.end('SIGTERM');
    expect([await stateOf(id), airfield.isAtWork(), airfield.files()]).toEqual(['queued', false, []]);
    airfield.finish();
    await work(bot);
    await expect.poll(() => stateOf(id), inAMinute).toBe('done');
    expect([airfield.begun(), airfield.files()]).toEqual([2, ['survey']]);
  });

  test('cuts nothing off that cannot be begun again', async () => {
    const airfield = openAirfield();
    const worker = await work(bot, 100);
    const id = await ask(digging, airfield);
    await expect.poll(airfield.isAtWork, soon).toBe(true);
    const stopped = worker.stop();
    await sleep(500);
    expect([await stateOf(id), airfield.isAtWork()]).toEqual(['running', true]);
    airfield.finish();
    await stopped;
    expect(await stateOf(id)).toBe('done');
  });
});

describe('a worker that dies', () => {
  async function dieWith(operation: Operation, airfield: Airfield): Promise<string> {
    const first = await startProcess();
    const id = await ask(operation, airfield);
    await expect.poll(airfield.isAtWork, inAMinute).toBe(true);
    await first.end('SIGKILL');
    const { thisMachine } = await import('../../../src/adapters/processes.ts');
    await work({ ...bot, ports: { ...bot.ports, processes: thisMachine() } });
    desk.now = new Date(desk.now.getTime() + 180_000);
    return id;
  }

  test('has its run taken up by another, where that is safe', { timeout: 90_000 }, async () => {
    const airfield = openAirfield();
    const id = await dieWith(survey, airfield);
    airfield.finish();
    await expect.poll(() => stateOf(id), inAMinute).toBe('done');
    expect(airfield.begun()).toBe(2);
    await expect.poll(() => answers(bot), soon).toEqual([expect.stringContaining('The airfield is surveyed.')]);
  });

  test('and lives after all gives up what others have taken up, and leaves it to them', async () => {
    const airfield = openAirfield();
    await work(bot);
    const id = await ask(survey, airfield);
    await expect.poll(airfield.isAtWork, soon).toBe(true);
    const others = await startOf(desk);
    await desk.databases.ledger('runs').where({ id }).update({ start_id: others });
    await expect.poll(airfield.isAtWork, soon).toBe(false);
    await bot.service.settled();
    expect(await desk.ledger('SELECT state, start_id FROM runs')).toEqual([{ state: 'running', start_id: others }]);
    expect(airfield.begun()).toBe(1);
  });

  test('has it told as interrupted, where it is not', { timeout: 90_000 }, async () => {
    const airfield = openAirfield();
    const id = await dieWith(digging, airfield);
    await expect.poll(() => stateOf(id), inAMinute).toBe('interrupted');
    expect(airfield.begun()).toBe(1);
    await expect.poll(() => answers(bot), soon).toEqual([expect.stringContaining('CapOps was interrupted')]);
  });
});
