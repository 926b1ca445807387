import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import { openJournal } from '../../src/adapters/journal.ts';
import { Run } from '../../src/models/run.ts';
import { grantModule } from '../../src/ops/grant-module.ts';
import { intentLine, outcomeLine } from '../../src/ops/service/journal-record.ts';
import { type RunOutcome, startRow } from '../../src/ops/service/run-rows.ts';
import type { Request } from '../../src/ops/service/service.ts';
import { replayJournal } from '../../src/ops/upkeep/replay-journal.ts';
import type { Journal } from '../../src/ports.ts';
import { keptLog } from '../adapters/notes.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { type Desk, OMAR, openDesk, said, TERMINAL } from './desk.ts';

let desk: Desk;
let folder: string;
let notes: ReturnType<typeof keptLog>;
beforeEach(async () => {
  desk = await openDesk();
  folder = mkdtempSync(join(tmpdir(), 'capops-replay-'));
  notes = keptLog();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await desk.close();
});

const clock = { now: () => desk.now };
const open = () => openJournal({ folder, clock });
const office = (journal: Journal = open(), databases = desk.databases) => ({
  journal,
  databases,
  clock,
  log: notes.log,
  settings: { environment: 'test', timeZone: 'UTC', policy: undefined },
});
const replay = () => replayJournal(office());
const BEGUN = new Date('2026-11-22T11:00:00Z');
const ENDED = new Date('2026-11-22T11:05:00Z');

function draft(request: Partial<Request> = {}) {
  const raw = { org: 'LHR', module: 'work' };
  return { id: randomUUID(), startedAt: BEGUN, request: { operation: grantModule, actor: OMAR, raw, ...request } };
}
const DONE: RunOutcome = {
  state: 'done',
  report: { tone: 'done', title: 'LHR now has work.' },
  trace: { subjects: ['LHR'], before: { work: null }, after: { work: 'active' } },
};
/** What a process leaves that was there to the end. */
async function leave(run = draft(), outcome = DONE) {
  const journal = open();
  await journal.append(intentLine(run));
  await journal.append(outcomeLine({ run, outcome, at: ENDED }));
  return run;
}
/** What a process leaves that died amid its work. */
async function leaveIntent(run = draft()) {
  await open().append(intentLine(run));
  for (const name of readdirSync(folder).filter((one) => one.startsWith(run.id))) {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"born":"\d+"/, '"born":"1"'));
  }
  return run;
}
const runs = () => desk.ledger('SELECT id, state, message, finished_at, summary FROM runs ORDER BY id');
const entries = () => desk.ledger('SELECT run_id, outcome, message, at, after FROM audit_log ORDER BY sequence');
const isWhole = async () => said(await desk.types(TERMINAL, 'audit-verify'));

describe('a run that ended while the ledger was down', () => {
  it('is written as it would have been, at the time at which it was, and says that it was replayed', async () => {
    const { id } = await leave(draft({ requestKey: 'command:1' }));
    expect(await replay()).toBe(1);
    expect(await desk.ledger('SELECT * FROM runs')).toMatchObject([
      {
        id,
        state: 'done',
        operation: 'grant-module',
        actor_id: 'slack:U0OMAR',
        actor_name: 'Omar',
        channel: 'C0OPS',
        input: { org: 'LHR', module: 'work' },
        summary: 'LHR now has work.',
        message: null,
        request_key: 'command:1',
        result: { title: 'LHR now has work.' },
        started_at: BEGUN,
        finished_at: ENDED,
      },
    ]);
    expect(await entries()).toEqual([
      {
        run_id: id,
        outcome: 'done',
        at: ENDED,
        after: { work: 'active' },
        message: 'Kept in the emergency journal while the ledger did not answer; replayed on 22 Nov 2026, 12:00 UTC.',
      },
    ]);
    expect(await isWhole()).toContain('The record is whole');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is written once, replayed twice or from a copy that was put back', async () => {
    const run = await leave();
    const kept = readFileSync(join(folder, `${run.id}.jsonl`));
    expect(await replay()).toBe(1);
    expect(await replay()).toBe(0);
    writeFileSync(join(folder, `${run.id}.jsonl`), kept);
    expect(await replay()).toBe(0);
    expect(await entries()).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps why it was refused, and what it holds is cut and cleaned like any record', async () => {
    const raw = { org: 'LHR', note: `\u0000${'x'.repeat(3000)}` };
    await leave(draft({ raw, requestKey: 'command:1' }), { state: 'refused', message: 'There is no LHR.' });
    expect(await replay()).toBe(1);
    expect(await desk.ledger('SELECT request_key, message, input FROM runs')).toEqual([
      {
        request_key: null,
        message: 'There is no LHR.',
        input: { org: 'LHR', note: expect.stringContaining('characters more') },
      },
    ]);
    expect(await entries()).toMatchObject([
      { outcome: 'refused', message: expect.stringMatching(/^There is no LHR\. Kept in the emergency journal/) },
    ]);
  });

  it('whose intent stands in the ledger is settled there', async () => {
    const run = draft();
    await Run.begin(desk.databases.ledger, { ...startRow(run), state: 'running' });
    await open().append(outcomeLine({ run, outcome: DONE, at: ENDED }));
    expect(await replay()).toBe(1);
    expect(await runs()).toMatchObject([{ id: run.id, state: 'done' }]);
    expect(await entries()).toHaveLength(1);
  });

  it('and was believed interrupted meanwhile: the journal knows better, and both are on record', async () => {
    const run = await leaveIntent();
    expect(await replay()).toBe(1);
    await open().append(outcomeLine({ run, outcome: DONE, at: ENDED }));
    expect(await replay()).toBe(1);
    expect(await runs()).toMatchObject([{ id: run.id, state: 'done' }]);
    expect(await entries()).toMatchObject([{ outcome: 'interrupted' }, { outcome: 'done' }]);
  });

  it('for a request that the ledger knew before is on record without its key', async () => {
    await Run.begin(desk.databases.ledger, { ...startRow(draft()), requestKey: 'command:1' });
    await leave(draft({ requestKey: 'command:1' }));
    expect(await replay()).toBe(1);
    expect(await desk.ledger("SELECT request_key FROM runs WHERE state = 'done'")).toEqual([{ request_key: null }]);
  });
});

describe('an intent without an outcome', () => {
  it('waits while its process is there', async () => {
    await open().append(intentLine(draft()));
    expect(await replay()).toBe(0);
    expect(await runs()).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('is settled as interrupted once its process is gone', async () => {
    const { id } = await leaveIntent();
    expect(await replay()).toBe(1);
    expect(await runs()).toMatchObject([
      {
        id,
        state: 'interrupted',
        finished_at: desk.now,
        message: expect.stringContaining('look before you ask again'),
      },
    ]);
    expect(await entries()).toMatchObject([
      { run_id: id, outcome: 'interrupted', at: desk.now, message: expect.stringMatching(/replayed on 22 Nov 2026/) },
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a run whose end the ledger knows changes nothing', async () => {
    const run = await leaveIntent();
    await Run.record(desk.databases.ledger, [{ ...startRow(run), state: 'done', finishedAt: ENDED }]);
    expect(await replay()).toBe(0);
    expect(await runs()).toMatchObject([{ state: 'done' }]);
    expect(await entries()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a line that was cut off', () => {
  it('is kept aside and reported, and its run is told as interrupted, with where to look', async () => {
    const { id } = await leave();
    const path = join(folder, `${id}.jsonl`);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/"born":"\d+"/g, '"born":"1"'));
    truncateSync(path, readFileSync(path).length - 30);
    expect(await replay()).toBe(1);
    const [kept = ''] = readdirSync(folder);
    expect(kept).toMatch(/\.torn$/);
    expect(await runs()).toMatchObject([{ state: 'interrupted', message: expect.stringContaining(`kept in ${kept}`) }]);
    expect(notes.lines).toEqual([expect.stringContaining(`error a line of the emergency journal was cut off`)]);
    expect(notes.lines[0]).toContain(kept);
    expect(await replay()).toBe(0);
  });
});

describe('a ledger that is still down', () => {
  it('loses nothing', async () => {
    const { id } = await leave();
    const away = openDatabases({
      databaseUrl: desk.platformUrl,
      ledgerDatabaseUrl: 'postgresql://nobody@127.0.0.1:1/nothing',
    });
    await expect(replayJournal(office(open(), away.databases))).rejects.toThrow();
    await away.close();
    expect(await replay()).toBe(1);
    expect(await runs()).toMatchObject([{ id }]);
  });
});

describe('a run that the ledger refuses', () => {
  it('keeps none of the others, and its file stays', async () => {
    const bad = draft();
    await open().append({ ...outcomeLine({ run: bad, outcome: DONE, at: ENDED }), run: { state: 'unheard-of' } });
    for (let i = 0; i < 3; i++) await leave();
    expect(await replay()).toBe(3);
    expect(await runs()).toHaveLength(3);
    expect(notes.lines).toEqual([
      expect.stringMatching(/^error a file of the emergency journal could not be replayed; it stays there/),
    ]);
    expect(notes.lines[0]).toContain(bad.id);
    expect(readdirSync(folder)).toEqual([`${bad.id}.jsonl`]);
  });
});

it('a journal that cannot be read is complained of, and stops nothing', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  expect(await replayJournal(office(openJournal({ folder: file, clock })))).toBe(0);
  expect(notes.lines).toEqual([expect.stringMatching(/^error the emergency journal cannot be read/)]);
});

describe('no run is lost or doubled', () => {
  async function expectEach(count: number): Promise<void> {
    expect(await desk.ledger('SELECT count(*)::int AS n, count(DISTINCT run_id)::int AS runs FROM audit_log')).toEqual([
      { n: count, runs: count },
    ]);
    expect(await desk.ledger('SELECT count(*)::int AS n FROM runs')).toEqual([{ n: count }]);
    expect(await isWhole()).toContain('The record is whole');
    expect(readdirSync(folder)).toEqual([]);
  }

  it('by three that replay at once', async () => {
    for (let i = 0; i < 12; i++) await (i % 3 ? leave() : leaveIntent());
    const others = [1, 2].map(() =>
      openDatabases({ databaseUrl: desk.platformUrl, ledgerDatabaseUrl: desk.ledgerUrl }),
    );
    const all = [desk, ...others].map(({ databases }) => replayJournal(office(open(), databases)));
    const written = await Promise.all(all);
    await Promise.all(others.map(({ close }) => close()));
    expect(written.reduce((sum, count) => sum + count)).toBe(12);
    await expectEach(12);
  });

  it('by one that dies between the ledger and the file', async () => {
    for (let i = 0; i < 3; i++) await leave();
    await leaveIntent();
    const journal = open();
    const dying: Journal = {
      ...journal,
      take: async (name) => {
        const file = await journal.take(name);
        return file && { ...file, finish: () => Promise.reject(new Error('gone')) };
      },
    };
    expect(await replayJournal(office(dying))).toBe(0);
    expect(notes.lines).toHaveLength(4);
    expect(await replay()).toBe(0);
    await expectEach(4);
  });

  it('by processes that are killed over and over', async () => {
    for (let i = 0; i < 60; i++) await (i % 4 ? leave() : leaveIntent());
    let kills = 0;
    for (let isOver = false; !isOver; ) {
      const env = { PATH: process.env.PATH, LEDGER_DATABASE_URL: desk.ledgerUrl, FOLDER: folder };
      const script = join(PROJECT_ROOT, 'test/ops/journal-replayer.ts');
      const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const over = once(child, 'exit');
      await once(child.stdout, 'data');
      if (kills < 8) {
        await sleep(20 + 13 * kills);
        if (child.kill('SIGKILL')) kills += 1;
      }
      const [code] = await over;
      isOver = code === 0;
    }
    expect(kills).toBeGreaterThan(3);
    await expectEach(60);
  });
});
