import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { startCli } from '../../setup/run-cli.ts';

let desk: Desk;
let other: Client;
let folder: string;
beforeEach(async () => {
  desk = await openDesk();
  folder = mkdtempSync(join(tmpdir(), 'capops-long-'));
  writeFileSync(join(folder, 'airports.csv'), 'name,code,modules\nNarita,NRT,work\n');
  other = new Client({ connectionString: desk.platformUrl });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  rmSync(folder, { recursive: true });
  await desk.close();
});

/** An import that stands in the middle, since somebody else imports. */
async function stuckImport() {
  await other.query("BEGIN; SELECT pg_advisory_xact_lock(hashtext('capops bulk-import'))");
  const line = ['import', join(folder, 'airports.csv'), '--yes'];
  const { child, done } = startCli(line, { env: { DATABASE_URL: desk.platformUrl } });
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await desk.platform(waiting)).length === 0) await sleep(20);
  return { child, done };
}

const imported = () => desk.platform("SELECT code FROM public.organizations WHERE code = 'NRT'");
const states = async () =>
  (await desk.ledger("SELECT state FROM runs WHERE state != 'previewed'")).map((run) => run.state);

describe('what takes long in the terminal', () => {
  test('is asked to end by Ctrl-C, and nothing of it stays', async () => {
    const { child, done } = await stuckImport();
    child.kill('SIGINT');
    await sleep(200);
    await other.query('COMMIT');
    const { code, stderr } = await done;
    expect(code).toBe(130);
    expect(stderr).toMatch(/Stopping, so that nothing is left half done.*cancelled this\. Nothing was changed\./s);
    expect([await imported(), await states()]).toEqual([[], ['cancelled']]);
  });

  test('is ended from elsewhere', async () => {
    const { done } = await stuckImport();
    await desk.ledger("UPDATE runs SET cancel_asked_by = 'Ada (slack:U0ADA)' WHERE state = 'running'");
    await sleep(1_500);
    await other.query('COMMIT');
    const { code, stderr } = await done;
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('Ada (slack:U0ADA) cancelled this. Nothing was changed.'),
    ]);
    expect([await imported(), await states()]).toEqual([[], ['cancelled']]);
  });

  test('is known to be at work, so that nobody takes it for dead, and to have ended', async () => {
    const { done } = await stuckImport();
    const starts = () =>
      desk.ledger(
        'SELECT count(*)::int AS n, starts.ended_at IS NULL AS there FROM runs JOIN starts ON starts.id = start_id GROUP BY 2',
      );
    expect(await starts()).toEqual([{ n: 1, there: true }]);
    await other.query('COMMIT');
    expect((await done).code).toBe(0);
    expect(await starts()).toEqual([{ n: 1, there: false }]);
    expect(await imported()).toHaveLength(1);
  });
});
