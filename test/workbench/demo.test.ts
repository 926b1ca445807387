import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { demoFolder } from '../../workbench/demo/folder.ts';
import { cleanEnvironment } from '../../workbench/demo/programs.ts';

const DEMO = join(import.meta.dirname, '../../workbench/demo.ts');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capops-demo-'));
  // PostgreSQL's own user may enter, so that all data stays in this folder.
  chmodSync(folder, 0o755);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the demo, as somebody would whose environment points elsewhere, until it names its address. */
async function startDemo() {
  const env = {
    ...process.env,
    DATABASE_URL: 'postgres://elsewhere.invalid/x',
    REDIS_URL: 'redis://elsewhere.invalid',
  };
  const demo = spawn(process.execPath, [DEMO, '--data', join(folder, 'data')], { env });
  const exited = once(demo, 'exit');
  let said = '';
  demo.stderr.on('data', (text) => {
    said += text;
  });
  for await (const line of createInterface({ input: demo.stdout })) {
    const [address] = line.match(/http:\/\/127\.0\.0\.1:\d+/) ?? [];
    if (address) return { demo, address, exited };
  }
  throw new Error(`The demo did not start: ${said}`);
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('it answers a command in the page, ends whole, and starts again at the same address', {
  timeout: 120_000,
}, async () => {
  const first = await startDemo();
  const command = { as: 'U0OMAR', do: 'command', channel: 'C0OPS', text: '/capops org LHR' };
  const answer = await fetch(`${first.address}/page/act`, { method: 'POST', body: JSON.stringify(command) });
  expect(await answer.json()).toEqual({});
  expect(await sawText(first.address, 'London Heathrow')).toBe(true);
  const health = { ...command, text: '/capops health' };
  await fetch(`${first.address}/page/act`, { method: 'POST', body: JSON.stringify(health) });
  expect(await sawText(first.address, '✓ Frontend: Answers')).toBe(true);

  const data = demoFolder(join(folder, 'data'));
  const { bot } = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'));
  const postgres = Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  expect([isAlive(bot), isAlive(postgres)]).toEqual([true, true]);
  first.demo.kill('SIGINT');
  expect(await first.exited).toEqual([0, null]);
  expect([isAlive(bot), isAlive(postgres)]).toEqual([false, false]);

  const second = await startDemo();
  expect(second.address).toBe(first.address);
  process.kill(JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')).bot, 'SIGKILL');
  expect(await second.exited).toEqual([1, null]);
});

async function sawText(address: string, text: string): Promise<boolean> {
  const { body } = await fetch(`${address}/page/sight?as=U0OMAR`);
  let seen = '';
  for await (const part of body ?? []) {
    seen += Buffer.from(part).toString('utf8');
    if (seen.includes(text)) return true;
  }
  return false;
}

test('what it starts inherits nothing that points elsewhere', () => {
  const foreign = {
    SLACK_BOT_TOKEN: 'xoxb-real',
    AWS_PROFILE: 'production',
    LEDGER_DATABASE_URL: 'postgres://production/ledger',
    REDIS_URL: 'redis://production',
    CAPOPS_CONFIG: '/etc/capops.yml',
    PGHOST: 'production',
  };
  const env = cleanEnvironment(
    { ...foreign, PATH: '/usr/bin', DATABASE_URL: 'x' },
    { DATABASE_URL: 'postgres://demo' },
  );
  expect(env).toEqual({ PATH: '/usr/bin', DATABASE_URL: 'postgres://demo' });
});
