import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Running, startProgram } from '../../workbench/demo/programs.ts';
import { type LocalSlack, startLocalSlack } from '../../workbench/local-slack.ts';
import { type Desk, openDesk } from '../ops/desk.ts';
import { PROJECT_ROOT, runCli, startCli } from '../setup/run-cli.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';

// A bot that serves already when the ledger stops, as a program of its own.

const OPS = 'C0OPS';
const POLICY = `
environment: staging
slack: { team_id: T0CAPACITY, allowed_channels: any, announcements: C0OPS }
roles: { admin: { users: [U0ADA] }, operator: { users: [U0OMAR] } }
`;

let desk: Desk;
let slack: LocalSlack;
let ledger: TcpProxy;
let bot: Running;
let env: Record<string, string>;
const folder = mkdtempSync(join(tmpdir(), 'capops-running-'));

beforeAll(async () => {
  [desk, slack, ledger] = await Promise.all([
    openDesk(),
    startLocalSlack({ rates: false }),
    tcpProxy(Number(new URL(inject('postgresUrl')).port)),
  ]);
  writeFileSync(join(folder, 'capops.yml'), POLICY, { mode: 0o600 });
  env = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: desk.platformUrl,
    LEDGER_DATABASE_URL: ledger.through(desk.ledgerUrl),
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: `${slack.url}/api/`,
    HOST: '127.0.0.1',
    PORT: '0',
  };
  bot = await startBot();
}, 60_000);

afterAll(async () => {
  await bot?.stop();
  await Promise.all([desk.close(), slack.close(), ledger.close()]);
  rmSync(folder, { recursive: true });
});

async function startBot(): Promise<Running> {
  const started = await startProgram({ script: join(PROJECT_ROOT, 'src/main.ts'), folder, env });
  slack.connect(`http://127.0.0.1:${started.port}/slack/events`);
  return started;
}

const open =
  "SELECT DISTINCT organization_id FROM entitlement.entitlements WHERE status = 'active' AND valid_until > now()";

it('gives emergency access while the ledger is stopped, alone and loudly, and has it on record when it is back', async () => {
  const omar = slack.as('U0OMAR');
  await ledger.refuse();
  const begun = performance.now();
  await omar.command(OPS, '/capops emergency-access nobody can log in');
  await omar.awaitMessage(OPS, 'Emergency access is open', { timeoutMs: 5_000 });
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(await desk.platform(open)).toHaveLength(1);
  await slack.as('U0ADA').awaitMessage(OPS, 'because the ledger does not answer');
  expect(readdirSync(join(folder, 'state'))).toHaveLength(1);

  // What a bot leaves behind, the next one, or the terminal, enters.
  await ledger.pass();
  await bot.stop();
  bot = await startBot();
  const record = "SELECT actor_id, outcome, rule FROM audit_log WHERE operation = 'emergency-access'";
  await expect
    .poll(() => desk.ledger(record), { timeout: 10_000 })
    .toEqual([{ actor_id: 'slack:U0OMAR', outcome: 'done', rule: 'alone' }]);
  await expect.poll(() => readdirSync(join(folder, 'state'))).toEqual([]);
}, 60_000);

it('in the terminal ends it while the ledger is silent, and says so within 5 s', async () => {
  ledger.hang();
  const begun = performance.now();
  const { child, done } = startCli(['end-emergency-access'], { env, cwd: folder });
  await once(child.stdout ?? child, 'data');
  // The program’s own start is not CapOps’ to answer for, and takes its time on a machine that is busy with other tests.
  expect(performance.now() - begun).toBeLessThan(7_000);
  const { code, stdout, stderr } = await done;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Emergency access has ended');
  expect(await desk.platform(open)).toEqual([]);
  await ledger.pass();
});

it('in the terminal the support bundle is a file for its owner alone, and says what is missing', async () => {
  const { code, stdout, stderr } = await runCli(['support-bundle'], {
    env: { DATABASE_URL: 'postgresql://somebody:swordfish@127.0.0.1:1/airport' },
    cwd: folder,
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Last runs: Not to be had.') });
  const [, path = ''] = /: (.*\.md)$/m.exec(stderr) ?? [];
  const text = readFileSync(path, 'utf8');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(text).toContain('Connection refused: nobody listens there');
  expect(text + stdout + stderr).not.toContain('swordfish');
});
