import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { startCli } from '../../setup/run-cli.ts';

let desk: Desk;
let other: Client;
beforeEach(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
  other = new Client({ connectionString: desk.platformUrl });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await desk.close();
});

/** A grant that stands in the middle of its transaction, since somebody else holds the organisation. */
async function stuckGrant() {
  await other.query(`BEGIN; SELECT * FROM public.organizations WHERE code = 'LHR' FOR UPDATE`);
  const { child, done } = startCli(['grant', 'LHR', 'work'], { env: { DATABASE_URL: desk.platformUrl } });
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await desk.platform(waiting)).length === 0) await sleep(20);
  return { child, done };
}

const granted = () => desk.platform('SELECT module_key FROM entitlement.entitlements');
const audited = () => desk.platform('SELECT action FROM entitlement.entitlement_audits');
const runs = () => desk.ledger('SELECT state FROM runs');

describe('Ctrl-C while something is being changed', () => {
  test('lets it come to its end, whole and recorded', async () => {
    const { child, done } = await stuckGrant();
    child.kill('SIGINT');
    await sleep(50);
    child.kill('SIGINT'); // pnpm hands the terminal's own signal on.
    await sleep(500);
    expect(child.exitCode).toBe(null);
    await other.query('COMMIT');
    const { code, stdout, stderr } = await done;
    expect(code).toBe(130);
    expect(stderr).toContain('Finishing what has begun');
    expect(stdout).toContain('✓ LHR (LHR Airport) now has work');
    expect([await granted(), await audited(), await runs()]).toEqual([
      [{ module_key: 'work' }],
      [{ action: 'created' }],
      [{ state: 'done' }],
    ]);
  });

  test('pressed again ends at once, and nothing of it stays', async () => {
    const { child, done } = await stuckGrant();
    child.kill('SIGINT');
    await sleep(500);
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
    await other.query('COMMIT');
    await sleep(200);
    expect([await granted(), await audited(), await runs()]).toEqual([[], [], [{ state: 'running' }]]);
  });
});
