import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noteToday } from '../../src/ops/database/note-sizes.ts';
import type { DatabaseReport } from '../../src/ops/db-report.ts';
import type { Ports } from '../../src/ports.ts';
import { type Desk, openDesk, said, VERA } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk({ settings: { timeZone: 'Pacific/Auckland' } });
});
afterAll(() => desk.close());
beforeEach(async () => {
  await desk.platform('DROP TABLE IF EXISTS grows; CREATE TABLE grows (note text)');
  await desk.ledger('DELETE FROM database_size_days');
  desk.now = new Date('2026-10-01T10:59:59Z');
});

const quiet = () => undefined;
const ports = (): Ports => ({
  databases: desk.databases,
  cache: undefined,
  directory: undefined,
  clock: { now: () => desk.now },
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  settings: { environment: 'test', timeZone: 'Pacific/Auckland', policy: undefined },
});
const database = () => new URL(desk.platformUrl).pathname.slice(1);
const laterBy = (days: number) => {
  desk.now = new Date(desk.now.getTime() + days * 86_400_000);
};
const days = async () =>
  (await desk.ledger('SELECT day::text FROM database_size_days ORDER BY day')).map(({ day }) => day);
const grow = (rows: number) =>
  desk.platform(`INSERT INTO grows SELECT repeat('x', 1000) FROM generate_series(1, ${rows})`);

async function report(): Promise<{ growth: DatabaseReport['growth']; text: string }> {
  const outcome = await desk.types(VERA, 'db-report');
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  return { growth: (outcome.data as DatabaseReport).growth, text: said(outcome) };
}

describe('the sizes of the platform’s database', () => {
  test('are noted once a day of the configured zone, by whichever replica comes first', async () => {
    await Promise.all([noteToday(ports()), noteToday(ports()), noteToday(ports())]);
    expect(await days()).toEqual(['2026-10-01']);
    const noted = await desk.ledger("SELECT bytes FROM database_sizes WHERE name = 'public.grows'");
    expect(noted).toHaveLength(1);
    desk.now = new Date('2026-10-01T11:00:00Z');
    await noteToday(ports());
    expect(await days()).toEqual(['2026-10-01', '2026-10-02']);
  });

  test('stay as they were first noted on a day', async () => {
    await noteToday(ports());
    const [first] = await desk.ledger("SELECT bytes FROM database_sizes WHERE name = 'public.grows'");
    await grow(500);
    await noteToday(ports());
    expect(await desk.ledger("SELECT bytes FROM database_sizes WHERE name = 'public.grows'")).toEqual([first]);
  });

  test('are asked for no more once they are noted', async () => {
    await noteToday(ports());
    const asked: string[] = [];
    const listen = ({ sql }: { sql: string }) => void asked.push(sql);
    desk.databases.platform.client.on('query', listen);
    await noteToday(ports());
    desk.databases.platform.client.removeListener('query', listen);
    expect(asked).toEqual(['SELECT current_database() AS name']);
  });

  test('are forgotten after 400 days, with those of the tables', async () => {
    await noteToday(ports());
    laterBy(400);
    await noteToday(ports());
    expect(await days()).toHaveLength(2);
    laterBy(1);
    await noteToday(ports());
    expect(await days()).toEqual(['2027-11-05', '2027-11-06']);
    expect(await desk.ledger('SELECT DISTINCT day::text FROM database_sizes ORDER BY 1')).toHaveLength(2);
  });

  test('tell how the database and each table has grown since the report a month ago', async () => {
    await noteToday(ports());
    laterBy(3);
    await grow(500);
    await noteToday(ports());
    laterBy(28);
    await grow(1000);
    const { growth, text } = await report();
    expect(growth?.since).toBe('2026-10-04');
    expect(growth?.byTable['public.grows']).toBeGreaterThan(1_000_000);
    expect(growth?.byTable['public.grows']).toBeLessThan(1_400_000);
    expect(growth?.bytes).toBeGreaterThan(1_000_000);
    expect(growth?.history.map(({ day }) => day)).toEqual(['2026-10-01', '2026-10-04', '2026-11-01']);
    expect(text).toMatch(/The database grew by 1\.\d MB since 4 Oct 2026\./);
    expect(text).toContain('The database’s size (MB)');
  });

  test('compare with the first day that is known, where none is a month old; and with none, say so', async () => {
    expect((await report()).text).toContain('how they grow is known once they were noted on another day');
    await noteToday(ports());
    expect((await report()).growth).toBeUndefined();
    laterBy(2);
    expect((await report()).growth?.since).toBe('2026-10-01');
  });

  test('fill a chart’s 20 places over whatever time', async () => {
    for (let day = 0; day < 45; day++)
      await desk.ledger(
        `INSERT INTO database_size_days VALUES ('${database()}', date '2026-08-01' + ${day}, now(), ${day})`,
      );
    const { growth } = await report();
    expect(growth?.history).toHaveLength(20);
    expect([growth?.history[0]?.day, growth?.history.at(-1)?.day]).toEqual(['2026-08-01', '2026-10-01']);
    expect(growth?.since).toBe('2026-09-03');
  });

  test('another database’s are not compared with', async () => {
    await desk.ledger("INSERT INTO database_size_days VALUES ('other', '2026-08-01', now(), 5)");
    expect((await report()).growth).toBeUndefined();
  });

  test('while the ledger is down the report comes without them', async () => {
    const other = await openDesk({
      through: (url, which) => (which === 'ledger' ? url.replace(/:\d+\//, ':1/') : url),
    });
    const outcome = await other.types(VERA, 'db-report');
    await other.close();
    expect(outcome).toMatchObject({ kind: 'done', data: { growth: undefined } });
  });
});
