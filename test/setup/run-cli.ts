import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root, for tests that read its files. */
export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type CliOptions = {
  env?: Record<string, string>;
  /** What is typed on stdin, which then ends. */
  input?: string;
  /** By default an empty folder, so that no `.env` or `capops.yml` of the developer is read. */
  cwd?: string;
  /** After this the command is killed and the test fails. By default 20. */
  timeoutSeconds?: number;
};

/** `code` is null when a signal ended it. */
export type CliResult = { code: number | null; stdout: string; stderr: string };

/** Where a start of CapOps finds itself compiled by earlier ones, its very first file included. */
export const COMPILED = { NODE_COMPILE_CACHE: join(PROJECT_ROOT, 'node_modules/.cache/capops') };

/** Runs `src/cli.ts` as people do, in a process of its own with nothing of our environment but PATH, HOME and TZ. */
export function runCli(args: string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).done;
}

/** The same, for tests that do something while it runs (send a signal, type an answer). */
export function startCli(args: string[], options: CliOptions = {}): { child: ChildProcess; done: Promise<CliResult> } {
  const { PATH = '', HOME = '', TZ = '' } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'capops-cli-'));
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'src/cli.ts'), ...args], {
    cwd: options.cwd ?? folder,
    env: { PATH, HOME, TZ, ...COMPILED, CAPOPS_FOLDER: options.cwd ?? folder, ...options.env },
    stdio: 'pipe',
  });
  if (options.input !== undefined) child.stdin.end(options.input);
  const done = collect(child, options.timeoutSeconds ?? 20).finally(() => rmSync(folder, { recursive: true }));
  return { child, done };
}

async function collect(child: ChildProcess, timeoutSeconds: number): Promise<CliResult> {
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  }
  child.stdin?.on('error', () => {}); // A command that ends without reading its input is no error.
  const { promise, resolve, reject } = Promise.withResolvers<CliResult>();
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`No end after ${timeoutSeconds} s. stdout: ${texts.stdout} stderr: ${texts.stderr}`));
  }, timeoutSeconds * 1000);
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, ...texts }));
  return promise.finally(() => clearTimeout(timer));
}
