import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LocalSlack } from '../../../workbench/local-slack.ts';
import type { Desk } from '../../ops/desk.ts';
import { runCli } from '../../setup/run-cli.ts';
import { sitDown } from './pseudo-terminal.ts';
import { openTeamGround, type TeamGround } from './team-ground.ts';

const approved = '{ from: [{ users: [U0ADA], count: 1 }] }';
const POLICY = `
environment: test
slack: { announcements: C0OPS, audit: C0OPS }
roles: { admin: { users: [U0ADA] } }
terminal: { users: { ${userInfo().username}: { role: admin, slack: U0OMAR } } }
approvals: { grant-module: ${approved}, revoke-module: ${approved}, bulk-import: ${approved} }
`;

let ground: TeamGround;
let desk: Desk;
let slack: LocalSlack;
let env: TeamGround['env'];
beforeAll(async () => {
  ground = await openTeamGround(POLICY);
  ({ desk, slack, env } = ground);
  await desk.airports('LHR', 'CDG');
});
afterAll(() => ground.close());
beforeEach(() => desk.platform('DELETE FROM entitlement.entitlement_audits; DELETE FROM entitlement.entitlements'));

const cli = (...words: string[]) => runCli(words, { env });
const accesses = () => desk.platform('SELECT organization_id, module_key FROM entitlement.entitlements');

test('what needs a second person waits for one, and the terminal says who, how, and ends with 4', async () => {
  const { code, stdout, stderr } = await cli('grant', 'LHR', 'work');
  const [run] = await desk.ledger("SELECT id FROM runs WHERE state = 'awaiting'");
  expect(code).toBe(4);
  expect(stdout).toMatch(/This waits for a second person: .*U0ADA/);
  expect(stderr).toContain(`pnpm ops:approve ${String(run?.id).slice(0, 8)}`);
  expect(await accesses()).toEqual([]);
});

test('--force goes on without, with a reason that stands on record and is posted', async () => {
  const { code } = await cli('grant', 'LHR', 'work', '--force', '--reason', 'Slack is down');
  expect([code, await accesses()]).toEqual([0, [{ organization_id: 'id-LHR', module_key: 'work' }]]);
  const message = 'forced without a second person, because Slack is down';
  expect(await desk.ledger("SELECT outcome, message FROM audit_log WHERE rule = 'forced'")).toEqual([
    { outcome: 'done', message },
  ]);
  expect(await desk.ledger("SELECT message FROM runs WHERE rule = 'forced'")).toEqual([{ message }]);
  expect(JSON.stringify(slack.as('U0ADA').sees('C0OPS'))).toContain(message);
});

test('behind what was forced the record is anchored in the audit channel', async () => {
  const { code } = await cli('grant', 'CDG', 'assets', '--force', '--reason', 'a test');
  const anchors = () =>
    [...slack.workspace.state.messages.values()].filter(({ text }) => text.includes('behind grant-module, run'));
  expect([code, anchors().length]).toEqual([0, 2]);
  const [head] = await desk.ledger('SELECT sequence, hash FROM audit_anchors ORDER BY sequence DESC LIMIT 1');
  expect(anchors().at(-1)?.text).toContain(`${head?.sequence}:${head?.hash}`);
});

test('an operation’s own reason is the reason for that as well', async () => {
  await cli('grant', 'CDG', 'work', '--force', '--reason', 'a test');
  expect((await cli('revoke', 'CDG', 'work', '--force', '--reason', 'the contract ended')).code).toBe(0);
  expect(await desk.ledger("SELECT message FROM runs WHERE operation = 'revoke-module'")).toEqual([
    { message: 'forced without a second person, because the contract ended' },
  ]);
});

test('--force without a reason is refused where nobody is there to give one, with the line to type', async () => {
  const { code, stderr } = await cli('grant', 'LHR', 'work', '--force');
  expect(code).toBe(2);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain("Type: pnpm ops grant LHR work --force --reason 'why'");
  const forceless = await cli('grant', 'LHR', 'work', '--reason', 'why');
  expect([forceless.code, forceless.stderr]).toEqual([2, expect.stringContaining('--reason belongs to --force')]);
  expect(await accesses()).toEqual([]);
});

test('whoever is there is asked for it', async () => {
  const person = sitDown('grant LHR work --force', env);
  await person.reads('Why without a second person?');
  person.types('Slack is down\r');
  expect((await person.leaves()).code).toBe(0);
  expect(await accesses()).toHaveLength(1);
});

test('what names a file on this machine cannot wait, and says so; it can be forced', async () => {
  const file = join(ground.folder, 'airports.csv');
  writeFileSync(file, 'name,code,modules\nNarita,NRT,work\n');
  const { code, stderr } = await cli('import', file);
  expect(code).toBe(2);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain('what names a file on this machine cannot wait for one.');
  expect((await cli('import', file, '--dry-run')).code).toBe(0);
  expect((await cli('import', file, '--force', '--reason', 'it is urgent')).code).toBe(0);
  expect(await desk.platform("SELECT code FROM public.organizations WHERE code = 'NRT'")).toHaveLength(1);
});
