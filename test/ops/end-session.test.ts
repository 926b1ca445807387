import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openExaminer } from '../../src/adapters/examine-database.ts';
import type { Outcome } from '../../src/ops/service/service.ts';
import { query } from '../adapters/shape.ts';
import { createPlatformDatabase, onServer, type PlatformDatabase } from '../setup/database.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { OMAR, said, VERA } from './desk.ts';
import { type Clinic, LOG, openClinic, openSession } from './diagnosis-ground.ts';

let database: PlatformDatabase;
let before: TcpProxy;
let clinic: Clinic;
beforeAll(async () => {
  database = await createPlatformDatabase({ shape: 'platform', ledger: 'migrated' });
  before = await tcpProxy(Number(new URL(database.ledgerUrl).port));
  const ledgerUrl = before.through(database.ledgerUrl);
  clinic = openClinic({ platformUrl: database.platformUrl, ledgerUrl });
});
afterAll(async () => {
  await clinic.close();
  await before.close();
  await database.drop();
});
beforeEach(() => query(database.ledgerUrl, 'TRUNCATE runs CASCADE'));

type Preview = Extract<Outcome, { kind: 'preview' }>;

const somebody = async (application = 'gateway', url = database.platformUrl) => {
  const session = await openSession(url, application);
  onTestFinished(() => session.end());
  return session;
};
const isThere = async (pid: number) =>
  (await query(database.platformUrl, `SELECT FROM pg_stat_activity WHERE pid = ${pid}`)).length > 0;

async function preview(words: string): Promise<Preview> {
  const outcome = await clinic.types(words);
  if (outcome.kind !== 'preview') throw new Error(said(outcome));
  return outcome;
}

describe('end-session', () => {
  test('shows whose session it is and whom it blocks, ends it once confirmed, and others go on', async () => {
    const [hers, his] = [await somebody('nightly job'), await somebody()];
    await hers.client.query(`BEGIN; UPDATE public.users SET name = 'a secret'; LOCK TABLE public.users`);
    const waiting = his.client.query('SELECT count(*) FROM public.users');
    await expect
      .poll(() => query(database.platformUrl, `SELECT FROM pg_locks WHERE pid = ${his.pid} AND NOT granted`))
      .toHaveLength(1);
    const shown = await preview(`end-session ${hers.pid}`);
    expect(shown.confirmLabel).toBe(`End session ${hers.pid}`);
    expect(said(shown)).toMatch(
      /nightly job.*idle in transaction for .*Blocks","1 other".*UPDATE public.users SET name = \?/,
    );
    expect(said(shown)).not.toContain('a secret');
    expect(await isThere(hers.pid)).toBe(true);
    const { confirmation = '' } = shown;
    const outcome = await clinic.types(`end-session ${hers.pid}`, { confirmation });
    expect(outcome).toMatchObject({
      kind: 'done',
      report: {
        title: `The session ${hers.pid} of postgres (nightly job) is ended.`,
        announcement: `ended the session ${hers.pid} of postgres (nightly job) on the platform’s database, which blocked 1 other`,
      },
    });
    await expect(waiting).resolves.toMatchObject({ rowCount: 1 });
    expect(await isThere(hers.pid)).toBe(false);
    await clinic.service.settled();
    expect(
      await query(
        database.ledgerUrl,
        `SELECT before ->> 'application' AS who FROM audit_log ORDER BY sequence DESC LIMIT 1`,
      ),
    ).toEqual([{ who: 'nightly job' }]);
  });

  test('is for operators', async () => {
    const { pid } = await somebody();
    expect(await clinic.types(`end-session ${pid}`, { actor: VERA })).toMatchObject({ kind: 'denied' });
  });

  test('leaves alone who has the number by now', async () => {
    const { pid } = await somebody();
    const outcome = await clinic.types(`end-session ${pid} --started '2026-01-01 00:00:00+00'`);
    expect(said(outcome)).toBe(
      `The session that had the number ${pid} is gone: another has that number now, and is left alone.`,
    );
    expect(await isThere(pid)).toBe(true);
  });

  test('that was confirmed ends that session and no other', async () => {
    const [first, second] = [await somebody(), await somebody()];
    const { confirmation = '' } = await preview(`end-session ${first.pid}`);
    const outcome = await clinic.types(`end-session ${second.pid}`, { confirmation });
    expect(outcome).toMatchObject({ kind: 'preview', moved: true });
    expect([await isThere(first.pid), await isThere(second.pid)]).toEqual([true, true]);
    first.end();
    await expect.poll(() => isThere(first.pid)).toBe(false);
    expect(said(await clinic.types(`end-session ${first.pid}`, { confirmation }))).toBe(
      `There is no session ${first.pid} any more.`,
    );
  });

  test('is bound to the moment at which the session began, to the very end', async () => {
    const { pid } = await somebody();
    const examiner = openExaminer({ databaseUrl: database.platformUrl, ledgerDatabaseUrl: database.ledgerUrl }, LOG);
    const { signal } = new AbortController();
    expect(await examiner.endSession({ pid, started: '2026-01-01 00:00:00+00' }, signal)).toBe('another');
    expect(await examiner.endSession({ pid: 2 ** 22 + 1, started: '2026-01-01 00:00:00+00' }, signal)).toBe('gone');
    expect(await isThere(pid)).toBe(true);
  });

  test('says so where the session is told to end and is still at it', async () => {
    const { pid } = await somebody();
    const { confirmation = '' } = await preview(`end-session ${pid}`);
    process.kill(pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(pid, 'SIGCONT'));
    const outcome = await clinic.types(`end-session ${pid}`, { confirmation });
    expect(said(outcome)).toContain('is told to end, and is still at it');
    expect(outcome).toMatchObject({ kind: 'done', report: { tone: 'attention', announcement: expect.any(String) } });
  });

  test('is refused for CapOps’ own, for PostgreSQL’s own, and for other databases’ sessions', async () => {
    const ours = await somebody('capops');
    expect(said(await clinic.types(`end-session ${ours.pid}`))).toContain('is CapOps’ own');
    const [writer] = await query(
      database.platformUrl,
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`,
    );
    expect(said(await clinic.types(`end-session ${writer?.pid}`))).toContain('PostgreSQL’s own (checkpointer)');
    const elsewhere = await somebody(
      'gateway',
      Object.assign(new URL(database.platformUrl), { pathname: '/postgres' }).href,
    );
    expect(said(await clinic.types(`end-session ${elsewhere.pid}`))).toContain('is not on the platform’s database');
    expect(await Promise.all([isThere(ours.pid), isThere(elsewhere.pid)])).toEqual([true, true]);
  });

  test('takes no one else’s session for CapOps’ own, whatever it calls itself', async () => {
    const user = 'clerk_who_pretends';
    await onServer(`CREATE ROLE ${user} LOGIN PASSWORD 'swordfish'`);
    onTestFinished(() => onServer(`DROP ROLE ${user}`));
    const url = Object.assign(new URL(database.platformUrl), { username: user, password: 'swordfish' }).href;
    const { pid } = await somebody('capops', url);
    expect((await preview(`end-session ${pid}`)).confirmLabel).toBe(`End session ${pid}`);
  });

  test('says which right is missing', async () => {
    const { pid } = await somebody();
    const user = 'clerk_who_ends';
    await onServer(`CREATE ROLE ${user} LOGIN PASSWORD 'swordfish'`);
    const platformUrl = Object.assign(new URL(database.platformUrl), { username: user, password: 'swordfish' }).href;
    const clerks = openClinic({ platformUrl, ledgerUrl: database.ledgerUrl });
    onTestFinished(async () => {
      await clerks.close();
      await onServer(`DROP ROLE ${user}`);
    });
    expect(said(await clerks.types(`end-session ${pid}`))).toContain('CapOps may not see who session');
    await onServer(`GRANT pg_read_all_stats, pg_signal_backend TO ${user}`);
    const { confirmation = '' } = (await clerks.types(`end-session ${pid}`)) as Preview;
    expect(said(await clerks.types(`end-session ${pid}`, { confirmation }))).toContain(
      'a superuser’s session only a superuser ends',
    );
    expect(await isThere(pid)).toBe(true);
  });

  test('works while the ledger is down, and stands in the record once it is back', async () => {
    const { pid } = await somebody();
    const { confirmation = '' } = await preview(`end-session ${pid}`);
    await clinic.service.settled();
    await before.refuse();
    const operation = clinic.service.find('end-session');
    if (!operation) throw new Error('no such operation');
    const request = { operation, actor: OMAR, raw: { session: String(pid) }, deliveryKey: 'click:1', confirmation };
    const outcome = await clinic.service.execute({ ...request, receipt: await clinic.service.receive(request) });
    expect(said(outcome)).toContain('is ended');
    expect(await isThere(pid)).toBe(false);
    expect(await readdir(clinic.journalFolder)).toHaveLength(1);
    await before.pass();
    await clinic.service.takeUp();
    expect(await query(database.ledgerUrl, `SELECT operation, state FROM runs WHERE delivery_key = 'click:1'`)).toEqual(
      [{ operation: 'end-session', state: 'done' }],
    );
  });

  test('says that the database does not answer', async () => {
    const nobody = openClinic({ platformUrl: 'postgresql://a:b@127.0.0.1:1/airport', ledgerUrl: database.ledgerUrl });
    onTestFinished(nobody.close);
    expect(said(await nobody.types('end-session 4711'))).toBe(
      'The platform’s database does not answer. No connection to its host comes about, or none lasts. No session was ended.',
    );
    expect(said(await clinic.types('end-session mine'))).toContain('A session goes by its number, such as 4711');
  });
});
