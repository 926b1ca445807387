import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SECRETS, type SlackEdge } from './slack-edge.ts';

/** A bot in a process of its own. */
export interface Bot {
  readonly port: number;
  /** From its process's start to its line that says ready, in ms. */
  readonly readyMs: number;
  /** What it holds in memory now, in MiB (resident). */
  residentMiB(): number;
  stop(): Promise<void>;
}

const POLICY = `
environment: bench
slack: { team_id: T0BENCH, allowed_channels: [C0OPS] }
roles: { operator: { users: [U0OMAR] } }
limits: { requests_per_minute: 1000000 }
`;

/** With a database: one that stores each command before it acknowledges it. */
export function startBare(edge: SlackEdge, databaseUrl?: string): Promise<Bot> {
  return start('bare-bolt.ts', {
    SLACK_API_URL: edge.apiUrl,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  });
}

export function startCapOps(
  edge: SlackEdge,
  addresses: { databaseUrl: string; ledgerDatabaseUrl: string },
): Promise<Bot> {
  const policy = join(mkdtempSync(join(tmpdir(), 'capops-bench-')), 'capops.yml');
  writeFileSync(policy, POLICY, { mode: 0o600 });
  return start('../src/main.ts', {
    SLACK_API_URL: edge.apiUrl,
    DATABASE_URL: addresses.databaseUrl,
    LEDGER_DATABASE_URL: addresses.ledgerDatabaseUrl,
    CAPOPS_CONFIG: policy,
    HOST: '127.0.0.1',
  });
}

async function start(script: string, env: Record<string, string>): Promise<Bot> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], {
    env: { PATH: process.env.PATH, CAPOPS_FOLDER: tmpdir(), ...SECRETS, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await ready(child);
  return {
    port,
    readyMs: performance.now() - begun,
    residentMiB: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 3000).unref();
      await ended;
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the bot ended with ${code}`)));
    if (!child.stdout) throw new Error('no output to read');
    createInterface(child.stdout).on('line', (line) => {
      if (line.includes('"msg":"ready"')) resolve();
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
