import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../src/ops/service/report.ts';
import type { ScheduleEntry } from '../../src/ports.ts';
import { addressOf } from '../setup/database.ts';
import { runCli } from '../setup/run-cli.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { type Desk, NILS, OMAR, openDesk, POLICY, said, VERA } from './desk.ts';

const ENTRY: ScheduleEntry = {
  name: 'digest',
  cron: '0 8 * * 1-5',
  timeZone: 'Europe/London',
  operation: 'digest',
  input: {},
  channel: 'C0OPS',
  catchUpMs: 3_600_000,
};

let desk: Desk;
let ledger: TcpProxy;
beforeAll(async () => {
  ledger = await tcpProxy(Number(new URL(addressOf('postgres')).port));
  desk = await openDesk({
    settings: {
      timeZone: 'Europe/London',
      policy: {
        ...POLICY,
        schedule: [ENTRY],
        approvals: { 'revoke-module': { from: [], waitMs: 3_600_000, nudge: undefined, channel: undefined } },
      },
    },
    through: (url, database) => (database === 'ledger' ? ledger.through(url) : url),
  });
  await desk.airports('LHR', 'SIN');
});
afterAll(async () => {
  await desk.close();
  await ledger.close();
});
beforeEach(async () => {
  await desk.ledger(
    'DELETE FROM backup_alarms; DELETE FROM approvals; DELETE FROM schedule_slots; TRUNCATE health_checks, health_rollups',
  );
  await desk.platform('DELETE FROM entitlement.entitlements');
});

async function digest(): Promise<Report> {
  const outcome = await desk.types(VERA, 'digest');
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  return outcome.report;
}

/** A look at two services every ten minutes; the first of the gateway saw nothing. */
const watched = (from: string, to: string) =>
  desk.ledger(
    `INSERT INTO health_checks (checked_at, service, state, latency_ms)
     SELECT minute, service, CASE WHEN service = 2 AND n = 1 THEN 3 ELSE 1 END, 10
     FROM generate_series('${from}'::timestamptz, '${to}'::timestamptz - interval '1 minute', interval '10 minutes')
       WITH ORDINALITY AS minutes (minute, n), generate_series(1, 2) AS services (service)`,
  );

/** Whether access has ended is asked of the platform’s own clock: what ends in some days, by the desk’s, is to come there. */
function farAhead(): void {
  const { now } = desk;
  onTestFinished(() => {
    desk.now = now;
  });
  desk.now = new Date('2098-11-22T12:00:00Z');
}

const textOf = ({ parts, thread }: Report) => JSON.stringify([parts, thread]);

describe('the digest', () => {
  test('says that nothing needs anybody, when nothing does', async () => {
    const report = await digest();
    expect(report.title).toBe('All is well in test: nothing needs you.');
    const rest = report.thread?.at(-1);
    expect(rest?.title).toBe('Of the rest there is nothing to say.');
    expect(rest?.parts).toEqual([
      {
        kind: 'list',
        items: expect.arrayContaining([
          'No access ends within 30 days.',
          'Nothing waits for a second person.',
          'No run has failed.',
        ]),
      },
    ]);
  });

  test('says what needs somebody in the message, and the details in its thread', async () => {
    farAhead();
    await desk.types(OMAR, 'grant LHR work until in 3 days');
    await desk.types(OMAR, 'grant SIN assets until in 20 days');
    await desk.ledger(
      `INSERT INTO backup_alarms (name, words, raised_at) VALUES ('old platform local', 'The last good backup is 40 hours old.', now())`,
    );
    const report = await digest();
    expect(report.title).toBe('2 things in test need you.');
    expect(report.parts?.[0]).toEqual({
      kind: 'list',
      items: ['The last good backup is 40 hours old.', 'LHR’s access to work ends within 7 days.'],
    });
    const ends = report.thread?.find(({ title }) => title === '2 accesses end within 30 days.');
    expect(ends?.parts?.[0]).toMatchObject({
      rows: [
        ['LHR', 'work', '25 Nov 2098'],
        ['SIN', 'assets', '12 Dec 2098'],
      ],
    });
  });

  test('draws how the services were, as far as somebody watched', async () => {
    await watched('2026-11-21T20:00:00Z', '2026-11-22T10:00:00Z');
    const history = (await digest()).thread?.find(({ title }) => title.startsWith('Availability since'));
    expect(history?.title).toBe(
      'Availability since 21 Nov 2026, 12:00 Europe/London: API Gateway 98.81 %; the rest 100 %.',
    );
    const [table, availability, latency] = history?.parts ?? [];
    expect(table).toMatchObject({
      rows: [
        ['Database', '100 %', '10 ms', '84', '0', '0'],
        ['API Gateway', '98.81 %', '10 ms', '84', '0', '1'],
      ],
    });
    expect(availability).toMatchObject({
      kind: 'chart',
      labels: ['Sat 20:00', 'Sat 22:00', 'Sun 00:00', 'Sun 02:00', 'Sun 04:00', 'Sun 06:00', 'Sun 08:00'],
      series: [{ name: 'Database' }, { name: 'API Gateway', values: [91.66, 100, 100, 100, 100, 100, 100] }],
    });
    expect(latency).toMatchObject({ kind: 'chart', title: '95 % answered within (ms)' });
  });

  test('draws no chart of a single point', async () => {
    await watched('2026-11-22T10:10:00Z', '2026-11-22T10:50:00Z');
    const history = (await digest()).thread?.find(({ title }) => title.startsWith('Availability since'));
    expect(history?.parts?.map(({ kind }) => kind)).toEqual(['table']);
  });

  test('has nobody see to what somebody is at work on, and shows it all the same', async () => {
    const findings = ['gateway', 'frontend'].map((service) => ({
      ...{ service, label: service, state: 'unhealthy', says: 'No answer within 3 s' },
    }));
    await desk.ledger(`UPDATE health_watch SET findings = '${JSON.stringify(findings)}'`);
    await desk.types(OMAR, 'maintenance 30m gateway because of a test');
    const report = await digest();
    await desk.types(OMAR, 'end-maintenance');
    await desk.ledger("UPDATE health_watch SET findings = '[]'");
    expect(report.parts?.[0]).toEqual({ kind: 'list', items: ['frontend: No answer within 3 s.'] });
    expect(textOf(report)).toContain('✗ gateway: No answer within 3 s');
  });

  test('counts runs that failed since the last one, and no earlier ones', async () => {
    const failed = (id: number, at: string) =>
      desk.ledger(
        `INSERT INTO runs (id, operation, effect, actor_id, actor_name, face, input, state, message, started_at, finished_at)
         VALUES ('00000000-0000-4000-8000-00000000000${id}', 'backup', 'changes', 'slack:U0OMAR', 'Omar', 'slack', '{}', 'failed', 'No space is left.', '${at}', '${at}')`,
      );
    await failed(1, '2026-11-20T07:00:00Z');
    await failed(2, '2026-11-20T09:00:00Z');
    const slot = (at: string, state: string) =>
      desk.ledger(
        `INSERT INTO schedule_slots (entry, slot, state, attempts, claim, held_until) VALUES ('digest', '${at}', '${state}', 1, gen_random_uuid(), now())`,
      );
    await slot('2026-11-20T08:00:00Z', 'done');
    await slot('2026-11-21T08:00:00Z', 'failed');
    const report = await digest();
    expect(report.parts?.[0]).toEqual({
      kind: 'list',
      items: ['1 run failed since 20 Nov 2026, 08:00 Europe/London.'],
    });
    expect(textOf(report)).toContain('No space is left.');
    await desk.ledger(`DELETE FROM runs WHERE state = 'failed'`);
  });

  test('without the ledger says what it could not look at, and the rest all the same', async () => {
    farAhead();
    await desk.types(OMAR, 'grant LHR work until in 3 days');
    await ledger.refuse();
    const report = await digest().finally(() => ledger.pass());
    expect(textOf(report)).toContain(
      'This digest could not look at the backups. CapOps’ own record (the ledger) does not answer.',
    );
    expect(textOf(report)).toContain('LHR’s access to work ends within 7 days.');
  });

  test('comes in the terminal though both databases are down', async () => {
    const env = { DATABASE_URL: 'postgresql://somebody:swordfish@127.0.0.1:1/airport' };
    const { code, stdout } = await runCli(['digest'], { env });
    expect(code).toBe(0);
    expect(stdout).toContain('Database: Connection refused: nobody listens there.');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('This digest could not look at the access that ends soon.');
  });

  test('is for those who may look', async () => {
    expect((await desk.types(NILS, 'digest')).kind).toBe('denied');
  });
});
