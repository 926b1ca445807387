import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalSlack, startLocalSlack } from '../../../workbench/local-slack.ts';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { runCli } from '../../setup/run-cli.ts';

let desk: Desk;
let slack: LocalSlack;
let env: Record<string, string>;
const folder = mkdtempSync(join(tmpdir(), 'capops-team-'));

beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
  slack = await startLocalSlack();
  const policy = join(folder, 'capops.yml');
  writeFileSync(policy, 'environment: test\nslack: { announcements: C0OPS }\nroles: {}\n', { mode: 0o600 });
  env = {
    DATABASE_URL: desk.platformUrl,
    CAPOPS_CONFIG: policy,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
  };
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await slack.close();
  await desk.close();
});

test('a change made in the terminal is told to the team, and what changes nothing is not', async () => {
  await runCli(['grant', 'LHR', 'work'], { env });
  const again = await runCli(['grant', 'LHR', 'work'], { env });
  expect(again.code).toBe(0);
  const told = slack
    .as('U0ADA')
    .sees('C0OPS')
    .map(({ text }) => text);
  expect(told).toEqual([expect.stringMatching(/\(cli:.+, in the terminal\) gave LHR \(LHR Airport\) access to work/)]);
});

test('a change stands, and says so, when the team cannot be told', async () => {
  const dead = { ...env, SLACK_API_URL: 'http://127.0.0.1:1/api/' };
  const { code, stdout, stderr } = await runCli(['grant', 'LHR', 'assets'], { env: dead });
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('now has assets') });
  expect(stderr).toContain('The change is made, but the team could not be told');
});
