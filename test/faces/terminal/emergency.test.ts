import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LocalSlack } from '../../../workbench/local-slack.ts';
import { ADA, type Desk, said } from '../../ops/desk.ts';
import { startCli } from '../../setup/run-cli.ts';
import { openTeamGround, type TeamGround } from './team-ground.ts';

const POLICY = `
environment: test
slack: { announcements: C0OPS }
roles: { admin: { users: [U0ADA, U0VERA] } }
terminal: { users: { ${userInfo().username}: { role: operator, slack: U0OMAR } } }
`;

let ground: TeamGround;
let desk: Desk;
let slack: LocalSlack;
let env: TeamGround['env'];
beforeAll(async () => {
  ground = await openTeamGround(POLICY);
  ({ desk, slack, env } = ground);
});
afterAll(() => ground.close());
beforeEach(async () => {
  await desk.ledger('TRUNCATE runs CASCADE; TRUNCATE emergencies, emergency_grants');
  await desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
});

const given = async () => (await desk.platform('SELECT 1 FROM entitlement.entitlements')).length;

const ASKING = ['emergency-access', '--reason', 'nobody can log in', '--hours', '2'];

/** Somebody asks in the terminal, which waits. */
async function ask() {
  const { child, done } = startCli(ASKING, { env, timeoutSeconds: 60 });
  while (child.exitCode === null) {
    const [run] = await desk.ledger("SELECT id FROM runs WHERE state = 'awaiting'");
    if (run) return { child, done, run: String(run.id) };
    await sleep(50);
  }
  const { code, stdout, stderr } = await done;
  throw new Error(`It did not wait, and ended with ${code}: ${stdout} ${stderr}`);
}

test('waits for an answer and says for whose; unanswered, it is given from here, and told from here', async () => {
  const { done, run } = await ask();
  expect(await given()).toBe(0);
  await desk.ledger('UPDATE approvals SET expires_at = clock_timestamp()');
  const { code, stdout, stderr } = await done;
  expect(code, stderr).toBe(0);
  const words = stdout.replaceAll(/\s+/g, ' ');
  expect(words).toContain('This waits for a second person: U0ADA or U0VERA.');
  expect(words).toContain('it goes on without, and everybody hears of that');
  expect(words).toContain('Given without a second person, because nobody answered in time.');
  expect(await given()).toBe(5);
  expect(await desk.ledger(`SELECT state, rule FROM runs WHERE id = '${run}'`)).toEqual([
    { state: 'done', rule: 'alone' },
  ]);
  const [grant] = await desk.ledger('SELECT told, told_at IS NOT NULL AS all FROM emergency_grants');
  expect(grant).toEqual({ told: ['C0OPS', 'U0ADA', 'U0VERA'], all: true });
  const told = [...slack.workspace.state.messages.values()].filter(({ text }) =>
    text.includes('without a second person'),
  );
  expect(told).toHaveLength(3);
});

test('shows what came of it where somebody else approves, and tells nobody twice', async () => {
  const { done, run } = await ask();
  expect(said(await desk.types(ADA, `approve ${run}`))).toContain('Emergency access is open');
  const { code, stdout } = await done;
  expect([code, await given()]).toEqual([0, 5]);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'Emergency access is open: EMR (Emergency Admin) has every module until',
  );
});

test('--force gives it at once, with the reason that it has anyway', async () => {
  const line = ['emergency-access', 'nobody', 'can', 'log', 'in', 'for', '2h', '--force'];
  const { code, stdout, stderr } = await startCli(line, { env, timeoutSeconds: 60 }).done;
  expect(code, stderr).toBe(0);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Forced without a second person, because nobody can log in');
  expect(await desk.ledger('SELECT how, why FROM emergency_grants')).toEqual([
    { how: 'forced', why: 'nobody can log in' },
  ]);
});

test('Ctrl-C while it is still being asked for takes it back as well', async () => {
  const holder = new Client({ connectionString: desk.ledgerUrl });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE approvals IN ACCESS EXCLUSIVE MODE');
  const { child, done } = startCli(ASKING, { env, timeoutSeconds: 60 });
  const said = new Promise<void>((heard) => {
    child.stderr?.on('data', (text) => String(text).includes('Finishing what has begun') && heard());
  });
  while (
    (await holder.query("SELECT FROM pg_locks WHERE NOT granted AND relation = 'approvals'::regclass")).rowCount === 0
  ) {
    await sleep(20);
  }
  child.kill('SIGINT');
  await said;
  await holder.end();
  const { code, stderr } = await done;
  expect([code, stderr]).toEqual([130, expect.stringContaining('cancelled this')]);
  expect(await desk.ledger("SELECT state FROM runs WHERE operation = 'emergency-access'")).toEqual([
    { state: 'cancelled' },
  ]);
  expect(await given()).toBe(0);
});

test('Ctrl-C takes it back', async () => {
  const { child, done, run } = await ask();
  child.kill('SIGINT');
  const { code, stderr } = await done;
  expect([code, stderr]).toEqual([130, expect.stringContaining('cancelled this')]);
  expect(await desk.ledger(`SELECT state FROM runs WHERE id = '${run}'`)).toEqual([{ state: 'cancelled' }]);
  expect(await given()).toBe(0);
});
