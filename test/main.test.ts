import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, startProgram } from '../workbench/demo/programs.ts';
import { type LocalSlack, startLocalSlack } from '../workbench/local-slack.ts';
import { type Desk, openDesk } from './ops/desk.ts';
import { createPlatformDatabase } from './setup/database.ts';
import { PROJECT_ROOT } from './setup/run-cli.ts';

const POLICY =
  'environment: staging\nslack: { team_id: T0CAPACITY, allowed_channels: any }\nroles: { viewer: { users: [U0VERA] } }\n';

let desk: Desk;
let slack: LocalSlack;
let folder: string;
beforeAll(async () => {
  [desk, slack] = await Promise.all([openDesk(), startLocalSlack()]);
  folder = mkdtempSync(join(tmpdir(), 'capops-main-'));
  writeFileSync(join(folder, 'capops.yml'), POLICY);
  chmodSync(join(folder, 'capops.yml'), 0o644);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all([desk.close(), slack.close()]);
});

function start(more: Record<string, string> = {}): Promise<Running> {
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    PATH,
    HOME,
    DATABASE_URL: desk.platformUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    ...more,
  };
  return startProgram({ script: join(PROJECT_ROOT, 'src/main.ts'), folder, env });
}

test('the bot records each start with the hash of its policy file, serves Slack, and ends on SIGTERM when it has answered', async () => {
  const bot = await start();
  slack.connect(`http://127.0.0.1:${bot.port}/slack/events`);
  const vera = slack.as('U0VERA');
  const typed = vera.command('C0OPS', '/capops whoami');
  expect((await vera.nextMessage('C0OPS')).plain).toContain('viewer in staging');
  await typed;
  await bot.stop();
  expect(await bot.ended).toMatch(/"msg":"stopped"/);
  const hash = createHash('sha256').update(POLICY).digest('hex');
  expect(await desk.ledger('SELECT environment, policy_sha256 FROM starts')).toEqual([
    { environment: 'staging', policy_sha256: hash },
  ]);
  expect(await desk.ledger('SELECT operation, state FROM runs')).toEqual([{ operation: 'whoami', state: 'done' }]);
});

describe('the bot does not start, and says why in a sentence,', () => {
  const said = async (more: Record<string, string>): Promise<string> =>
    start(more).then(
      () => 'it started',
      (error: Error) => error.message,
    );

  test('without Slack, with a wrong value, on a database that is not migrated', async () => {
    expect(await said({ SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '' })).toContain('SLACK_BOT_TOKEN is not set');
    expect(await said({ PORT: 'ninety' })).toContain('PORT: found “ninety”');
    const { platformUrl, drop } = await createPlatformDatabase({ shape: 'platform' });
    expect(await said({ DATABASE_URL: platformUrl })).toContain('Run `pnpm db:migrate`, then start again.');
    await drop();
  });

  test('with an app token that Slack does not take', async () => {
    const refused = await said({ SLACK_SIGNING_SECRET: '', SLACK_APP_TOKEN: 'xapp-wrong' });
    expect(refused).toContain('Slack does not take SLACK_APP_TOKEN (invalid_auth).');
    expect(refused).not.toContain('    at ');
  });

  test('where it cannot listen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const PORT = String((other.address() as AddressInfo).port);
    const taken = await said({ PORT });
    expect(taken).toContain(`CapOps cannot listen on 127.0.0.1, port ${PORT}: something else listens there.`);
    expect(taken).not.toContain('    at ');
    other.close();
    expect(await said({ HOST: 'nowhere.invalid' })).toContain('CapOps cannot listen on nowhere.invalid');
  });
});
