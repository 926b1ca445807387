import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { enterableFolder } from '../postgres-home.ts';

/** What a demo leaves for the next: its ports are taken again, and what it could not end is ended. */
export type Trace = { demo: number; bot?: number; pagePort?: number; postgresPort?: number };

/** The demo's data folder: the wanted one, where PostgreSQL may enter it. */
export function demoFolder(wanted: string): string {
  return dirname(enterableFolder(join(wanted, 'postgres')));
}

/** Prepares the folder. Throws when a demo already runs on it; ends a bot that a killed demo left. */
export function openFolder(folder: string, reset: boolean): Trace {
  const before = readTrace(folder);
  const foreign = !before && existsSync(folder) && readdirSync(folder).length > 0;
  if (foreign) throw new Error(`${folder} holds something else than a demo's data: name another folder.`);
  if (before && commandOf(before.demo).includes('workbench/demo.ts')) {
    throw new Error(`The demo already runs: http://127.0.0.1:${before.pagePort}`);
  }
  if (before?.bot && commandOf(before.bot).includes('src/main.ts')) process.kill(before.bot, 'SIGKILL');
  if (reset) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const trace = { ...(reset ? {} : before), demo: process.pid };
  writeTrace(folder, trace);
  return trace;
}

export function writeTrace(folder: string, trace: Trace): void {
  writeFileSync(traceFile(folder), JSON.stringify(trace));
}

/** Who may do what in the demo. Only its owner may write it, or CapOps would refuse it. */
export function writePolicy(folder: string): string {
  const file = join(folder, 'capops.yml');
  rmSync(file, { force: true });
  writeFileSync(file, POLICY, { mode: 0o600 });
  return file;
}

const POLICY = `environment: demo
time_zone: Europe/London
slack:
  team_id: T0CAPACITY
  allowed_channels: [C0OPS]
  announcements: C0OPS
roles:
  admin: { users: [U0ADA] }
  operator: { users: [U0OMAR] }
  viewer: { users: [U0VERA] }
backups: {}
access: {}
# Each other's second person, to try it.
approvals:
  revoke-module: { from: [{ users: [U0ADA, U0OMAR] }] }
  restore: { from: [{ users: [U0ADA, U0OMAR] }] }
  rollback: { from: [{ users: [U0ADA, U0OMAR] }] }
`;

const traceFile = (folder: string) => join(folder, 'demo.json');

function readTrace(folder: string): Trace | undefined {
  return existsSync(traceFile(folder)) ? (JSON.parse(readFileSync(traceFile(folder), 'utf8')) as Trace) : undefined;
}

function commandOf(pid: number): string {
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}
