import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProgram } from '../workbench/demo/programs.ts';
import { type LocalSlack, startLocalSlack } from '../workbench/local-slack.ts';
import { type Desk, openDesk } from './ops/desk.ts';
import { PROJECT_ROOT, runCli } from './setup/run-cli.ts';

let desk: Desk;
let slack: LocalSlack;
let folder: string;
beforeAll(async () => {
  [desk, slack] = await Promise.all([openDesk(), startLocalSlack()]);
  folder = mkdtempSync(join(tmpdir(), 'capops-main-schedule-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all([desk.close(), slack.close()]);
});

function schedule(operation: string): void {
  const entry = `{ name: minutely, cron: "* * * * *", operation: ${operation}, channel: C0OPS }`;
  const file = `environment: staging\nslack: { team_id: T0CAPACITY }\nschedule:\n  - ${entry}\n`;
  writeFileSync(join(folder, 'capops.yml'), file, { mode: 0o600 });
}

const start = () =>
  startProgram({
    script: join(PROJECT_ROOT, 'src/main.ts'),
    folder,
    env: {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: desk.platformUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      HOST: '127.0.0.1',
      PORT: '0',
    },
  });

test('the bot runs at its start what has come due, and posts the report; the terminal pauses it', async () => {
  schedule('list-orgs');
  await desk.ledger("INSERT INTO schedule_timings VALUES ('minutely', '* * * * * UTC', '2026-01-01')");
  const bot = await start();
  const posts = () => [...slack.workspace.state.messages.values()].filter(({ channel }) => channel === 'C0OPS');
  await expect.poll(() => posts().length, { timeout: 10_000 }).toBeGreaterThan(0);
  await bot.stop();
  expect(JSON.stringify(posts()[0])).toMatch(/From the schedule: minutely, due on .* UTC\./);
  expect(await desk.ledger('SELECT DISTINCT actor_id, state FROM runs')).toEqual([
    { actor_id: 'schedule:minutely', state: 'done' },
  ]);
  const terminal = (line: string) => runCli(line.split(' '), { env: { DATABASE_URL: desk.platformUrl }, cwd: folder });
  expect(await terminal('pause-schedule minutely')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('minutely (every minute, UTC) is paused'),
  });
  expect((await terminal('schedule')).stdout).toMatch(/minutely +list-orgs +every minute, UTC.*done.*paused/);
});

test('the bot does not start on a schedule that cannot run', async () => {
  schedule('list-orgz');
  await expect(start()).rejects.toThrow(
    'schedule, minutely: there is no operation “list-orgz”. Did you mean list-orgs?',
  );
});
