import { link, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal } from '../../src/adapters/journal.ts';
import { UserError } from '../../src/errors.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { defineOperation, type Operation } from '../../src/ops/service/operation.ts';
import { createService, type OpsService, type Request } from '../../src/ops/service/service.ts';
import { lineOf } from '../adapters/journal-lines.ts';
import { addressOf } from '../setup/database.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { type Desk, OMAR, openDesk, POLICY, said, VERA } from './desk.ts';

let heard: number;
let errors: object[];
const soundHorn = defineOperation({
  name: 'sound-horn',
  verb: 'horn',
  summary: 'Sound the horn',
  role: 'operator',
  effect: 'changes',
  emergency: true,
  example: 'horn',
  args: {},
  run: async () => {
    heard += 1;
  },
  report: () => ({ tone: 'done', title: 'The horn was heard.' }),
});

let desk: Desk;
let ledger: TcpProxy;
let folder: string;
let service: OpsService;
beforeEach(async () => {
  heard = 0;
  errors = [];
  folder = await mkdtemp(join(tmpdir(), 'capops-journal-'));
  ledger = await tcpProxy(Number(new URL(addressOf('postgres')).port));
  desk = await openDesk({ through: (url, database) => (database === 'ledger' ? ledger.through(url) : url) });
  const quiet = () => undefined;
  service = createService(
    {
      databases: desk.databases,
      cache: undefined,
      directory: undefined,
      clock: { now: () => desk.now },
      log: { debug: quiet, info: quiet, warn: quiet, error: (fields: object) => void errors.push(fields) },
      settings: { environment: 'test', timeZone: 'UTC', policy: POLICY },
      journal: openJournal({ folder, clock: { now: () => new Date() } }),
    },
    [...OPERATIONS, soundHorn as Operation],
  );
});
afterEach(async () => {
  await service.settled();
  await desk.close();
  await ledger.close();
  await rm(folder, { recursive: true });
});

const horn = (deliveryKey: string): Request => ({ operation: soundHorn, actor: OMAR, raw: {}, deliveryKey });

/** As a face does it: stored first, then run. */
async function ask(request: Request) {
  return service.execute({ ...request, receipt: await service.receive(request) });
}

it('an emergency operation runs while the ledger is down, and stands in the record once it is back', async () => {
  await ledger.refuse();
  expect(said(await ask(horn('command:1')))).toContain('The horn was heard.');
  expect(await readdir(folder)).toHaveLength(1);
  await ledger.pass();
  await service.takeUp();
  expect(await readdir(folder)).toEqual([]);
  const record = [{ operation: 'sound-horn', state: 'done', delivery_key: 'command:1', actor_id: 'slack:U0OMAR' }];
  expect(await desk.ledger('SELECT operation, state, delivery_key, actor_id FROM runs')).toEqual(record);
  const [entry] = await desk.ledger('SELECT outcome, message FROM audit_log');
  expect(entry).toMatchObject({ outcome: 'done', message: expect.stringContaining('emergency journal') });
});

it('delivered again, while the ledger is down and after, it sounds once', async () => {
  await ledger.refuse();
  await ask(horn('command:1'));
  expect(await ask(horn('command:1'))).toMatchObject({ kind: 'done', repeated: true });
  await ledger.pass();
  await service.takeUp();
  expect(await ask(horn('command:1'))).toMatchObject({ kind: 'done', repeated: true });
  expect(heard).toBe(1);
});

it('with the ledger there, it is recorded there and nowhere else', async () => {
  await ask(horn('command:1'));
  expect(await readdir(folder)).toEqual([]);
  expect(await desk.ledger('SELECT state FROM runs')).toEqual([{ state: 'done' }]);
});

it('a ledger that takes the request a little late knows of one run, and that it is done', async () => {
  ledger.hang();
  const asked = ask(horn('command:1'));
  await sleep(1_300);
  await ledger.pass();
  expect(said(await asked)).toContain('The horn was heard.');
  expect(await readdir(folder)).toEqual([]);
  expect(await desk.ledger('SELECT state, delivery_key FROM runs')).toEqual([
    { state: 'done', delivery_key: 'command:1' },
  ]);
  expect(heard).toBe(1);
});

it('what the ledger takes too late is refused, and what was done meanwhile stands beside it', async () => {
  const holder = new Client({ connectionString: desk.ledgerUrl });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE runs IN EXCLUSIVE MODE');
  expect(said(await ask(horn('command:1')))).toContain('The horn was heard.');
  await holder.end();
  await service.settled();
  await service.takeUp();
  const states = async () => (await desk.ledger('SELECT state FROM runs ORDER BY state')).map(({ state }) => state);
  await expect.poll(states).toEqual(['done', 'refused']);
});

it('what only reads, or is refused or denied, stands in the record of that time once the ledger is back, once', async () => {
  const asked = desk.now;
  const listen = defineOperation({ ...soundHorn, name: 'listen', effect: 'reads', evenWhenDown: true, args: {} });
  const run = () => Promise.reject(new UserError('Nobody is to whisper here.'));
  const whisper = defineOperation({ ...soundHorn, name: 'whisper', args: {}, run });
  await ledger.refuse();
  await service.execute({ operation: listen as Operation, actor: OMAR, raw: {}, deliveryKey: 'command:1' });
  await service.execute({ operation: service.find('whoami') as Operation, actor: OMAR, raw: {} });
  await service.execute({ operation: whisper as Operation, actor: OMAR, raw: {}, deliveryKey: 'command:2' });
  await service.execute({ operation: soundHorn, actor: VERA, raw: {}, deliveryKey: 'command:3' });
  await service.refusal(soundHorn, VERA);
  await service.settled();
  expect(await readdir(folder)).toHaveLength(5);
  desk.now = new Date(asked.getTime() + 3_600_000);
  await ledger.pass();
  await service.takeUp();
  await service.takeUp();
  expect(await readdir(folder)).toEqual([]);
  const rows = await desk.ledger(
    `SELECT a.operation, a.outcome, r.state, a.actor_id, a.message LIKE '%Kept in the emergency journal%' AS kept
     FROM audit_log a JOIN runs r ON r.id = a.run_id AND r.finished_at = a.at AND a.at = '${asked.toISOString()}'
     ORDER BY a.operation, a.outcome`,
  );
  const denied = ['sound-horn', 'denied', 'denied', VERA.id, true];
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['listen', 'done', 'done', OMAR.id, true],
    denied,
    denied,
    ['whisper', 'refused', 'refused', OMAR.id, true],
    ['whoami', 'done', 'done', OMAR.id, true],
  ]);
});

it('a request that was refused while the ledger was down may be made again', async () => {
  await ledger.refuse();
  const again = { operation: soundHorn, raw: {}, requestKey: 'button:1', deliveryKey: 'click:1' };
  expect((await service.execute({ ...again, actor: VERA })).kind).toBe('denied');
  await service.settled();
  expect(said(await service.execute({ ...again, actor: OMAR }))).toContain('The horn was heard.');
});

it('of a flood it keeps so much and no more, what is not for emergencies the least, and the log says what it lacks', async () => {
  await ledger.refuse();
  const journal = openJournal({ folder, clock: { now: () => new Date() } });
  await journal.append(lineOf('outcome'));
  const [first = ''] = await readdir(folder);
  const fill = async (from: number, to: number) => {
    for (let file = from; file < to; file++) await link(join(folder, first), join(folder, `${file}.jsonl`));
  };
  await fill(1, 1_000);
  await service.execute({ operation: service.find('whoami') as Operation, actor: OMAR, raw: {} });
  await service.settled();
  expect(await readdir(folder)).toHaveLength(1_000);
  expect(errors).toMatchObject([{ dropped: 1, most: 1_000 }]);
  await service.execute({ operation: service.find('health') as Operation, actor: OMAR, raw: {} });
  await service.settled();
  expect(await readdir(folder)).toHaveLength(1_001);
  await fill(1_001, 2_000);
  await service.execute({ operation: service.find('health') as Operation, actor: OMAR, raw: {} });
  await service.settled();
  expect(await readdir(folder)).toHaveLength(2_000);
  expect(errors.at(-1)).toMatchObject({ dropped: 1, most: 2_000 });
});

it('any other change is refused while the ledger is down, and leaves nothing behind but that', async () => {
  await desk.airports('LHR');
  await ledger.refuse();
  const grant = service.find('grant') as Operation;
  const outcome = await ask({ operation: grant, actor: OMAR, raw: { org: 'LHR', module: 'work' }, deliveryKey: 'c:1' });
  expect(said(outcome)).toContain('(the ledger) does not answer');
  await service.settled();
  await ledger.pass();
  await service.takeUp();
  expect(await readdir(folder)).toEqual([]);
  expect(await desk.ledger('SELECT operation, outcome FROM audit_log')).toEqual([
    { operation: 'grant-module', outcome: 'failed' },
  ]);
  expect(await desk.platform('SELECT 1 FROM entitlement.entitlements')).toEqual([]);
});

it('is not done where it cannot be recorded anywhere, and says so', async () => {
  await ledger.refuse();
  await rm(folder, { recursive: true });
  await writeFile(folder, 'in the way');
  expect(said(await ask(horn('command:1')))).toContain(
    'The emergency journal on this machine cannot be written either',
  );
  expect(heard).toBe(0);
});
