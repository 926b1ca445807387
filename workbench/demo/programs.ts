import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type Plan = { script: string; args?: string[]; folder: string; env: NodeJS.ProcessEnv };

/** A running program; `ended` settles with its last lines when it ends by itself. */
export type Running = { pid: number; port: number; ended: Promise<string>; stop(): Promise<void> };

const PATIENCE_MS = 12_000;
const KEPT_LINES = 25;

/** What a program of the demo inherits: nothing that could point it at anything else. */
export function cleanEnvironment(inherited: NodeJS.ProcessEnv, own: Record<string, string>): NodeJS.ProcessEnv {
  const foreign =
    /^(SLACK_|AWS_|S3_|PG|CAPOPS_)|DATABASE_URL$|^(REDIS_URL|PORT|HOST|BACKUP_DIR|API_GATEWAY_URL|FRONTEND_URL)$/;
  const kept = Object.entries(inherited).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), ...own };
}

/** Runs a program to its end. Throws with its last lines when it fails. */
export async function runProgram(plan: Plan): Promise<void> {
  const child = start(plan);
  const lines = collect(child, () => {});
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${plan.script} ${plan.args?.join(' ') ?? ''} failed:\n${lines.join('\n')}`);
}

/** Starts a program that says when it is ready, in a log line `{"msg": "ready", "port": …}`. */
export async function startProgram(plan: Plan): Promise<Running> {
  const child = start(plan);
  const exited = once(child, 'close');
  const ready = Promise.withResolvers<number>();
  const lines = collect(child, (line) => {
    const { msg, port, level = 0 } = logged(line);
    if (msg === 'ready') ready.resolve(Number(port));
    if (level >= 50) console.error(line);
  });
  const ended = exited.then(() => lines.join('\n'));
  ended.then((last) => ready.reject(new Error(`${plan.script} ended at its start:\n${last}`)));
  const port = await ready.promise;
  const stop = async () => {
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(impatience);
  };
  return { pid: child.pid ?? 0, port, ended, stop };
}

function start({ script, args = [], folder, env }: Plan): ChildProcess {
  // A process group of its own: the terminal's Ctrl-C reaches the demo, which ends its programs in order.
  // A folder of its own: the checkout may hold a .env that points elsewhere.
  const own = { ...env, CAPOPS_FOLDER: folder };
  const options = {
    cwd: folder,
    env: own,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  };
  return spawn(process.execPath, [script, ...args], options);
}

function collect(child: ChildProcess, hear: (line: string) => void): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      hear(line);
    });
  }
  return lines;
}

function logged(line: string): { msg?: string; port?: number; level?: number } {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
