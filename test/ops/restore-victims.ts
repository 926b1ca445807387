import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openGate } from '../crash/gate.ts';
import { postgres } from '../crash/protocols.ts';
import { onServer } from '../setup/database.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import type { Ground } from './backup-ground.ts';
import type { Task } from './restore-process.ts';
import type { Cell, Line } from './restore-steps.ts';

const PROGRAMS = ['pg_dump', 'pg_restore', 'psql'];
const PATIENCE_MS = 60_000;
const redis = { reader: () => (bytes: Buffer) => [bytes.toString('latin1')], endsWith: () => true };

/** How a process came to its end. */
export interface Death {
  /** Whether the step was reached, and somebody died there. */
  readonly isCaught: boolean;
  /** What the process said at its end; empty: it was killed. */
  readonly said: string;
}

/** Gates around a ground’s databases, through which processes of CapOps work that die, or whose helpers do. */
export interface Stage {
  play(command: string, cell: Cell): Promise<Death>;
}

export async function openStage(
  ground: Pick<Ground, 'platformUrl' | 'ledgerUrl' | 'folder'>,
  redisUrl: string | undefined,
  endSession = terminate,
): Promise<Stage> {
  let set: { cell: Cell; pid: number; caught: boolean } | undefined;
  const kills: Promise<unknown>[] = [];
  const tripwire = (line: Line) => ({
    meets: (text: string) =>
      set && !set.caught && set.cell.line === line && set.cell.on.test(text) ? set.cell.moment : undefined,
    spring: (port?: number) => {
      if (!set || set.caught) return;
      set.caught = true;
      kills.push(killVictim(set, () => endSession(port ?? 0)));
    },
    isSprung: () => set?.caught === true && set.cell.victim === 'CapOps',
  });
  const gateOf = (url: string, line: Line) =>
    openGate(Number(new URL(url).port), line === 'redis' ? redis : postgres, tripwire(line));
  const [platform, ledger, cache] = await Promise.all([
    gateOf(ground.platformUrl, 'platform'),
    gateOf(ground.ledgerUrl, 'ledger'),
    redisUrl === undefined ? undefined : gateOf(redisUrl, 'redis'),
  ]);
  onTestFinished(async () => {
    await Promise.all([platform, ledger, cache].map((gate) => gate?.close()));
  });
  return {
    play: async (command, cell) => {
      const task: Task = {
        command,
        databaseUrl: through(ground.platformUrl, platform.port),
        ledgerDatabaseUrl: through(ground.ledgerUrl, ledger.port),
        redisUrl: cache && redisUrl && through(redisUrl, cache.port),
        folder: ground.folder,
      };
      const script = join(PROJECT_ROOT, 'test/ops/restore-process.ts');
      const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
      const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      set = { cell, pid: child.pid ?? 0, caught: false };
      let said = '';
      child.stdout.on('data', (bytes) => {
        said += String(bytes);
      });
      await once(child, 'close');
      clearTimeout(patience);
      await Promise.all(kills.splice(0));
      const isCaught = set.caught;
      set = undefined;
      return { isCaught, said };
    },
  };
}

async function killVictim(
  { cell: { victim }, pid }: { cell: Cell; pid: number },
  endSession: () => Promise<void>,
): Promise<void> {
  if (victim === 'CapOps') process.kill(pid, 'SIGKILL');
  else if (victim === 'program') for (const child of programsOf(pid)) process.kill(child, 'SIGKILL');
  else await endSession();
}

/** Ends the session that is spoken to from this port. */
function terminate(port: number): Promise<void> {
  return onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ${port}`);
}

/** PostgreSQL’s programs that this process has started. */
function programsOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const [, name = '', ppid = ''] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return PROGRAMS.includes(name) && Number(ppid) === parent;
    } catch {
      return false; // It has just ended.
    }
  });
}

const through = (url: string, port: number) => Object.assign(new URL(url), { port: String(port) }).href;
