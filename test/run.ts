import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareMachine } from './setup/machine.ts';
import type { Tally } from './setup/tally.ts';

/**
 * The test command: prepares the machine, then runs every test (the import rules are tests), and beside them checks types,
 * lint and format. A failed step fails the command, and the others still run. Arguments go to vitest, and then it alone
 * runs: `pnpm test grant`. The last line says what was counted: `tests: 123 passed, 0 failed, 2 skipped`.
 */
const root = fileURLToPath(new URL('../', import.meta.url));
const vitestArgs = process.argv.slice(2);
const runsEverything = vitestArgs.length === 0;
const failures: string[] = [];
let interruption: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interruption = signal));

await step('Preparing the machine', () => prepareMachine(say));
const checks = runsEverything ? checkSources() : undefined;
const tally = await step('Running the tests', runTests);
process.stdout.write((await checks) ?? '');
conclude(tally ?? { passed: 0, failed: 1, skipped: [] });

/** Types, lint and format, in what the tests leave of the processors. Resolves with what there is to say of them. */
async function checkSources(): Promise<string> {
  let said = '';
  const keep = (text: string) => {
    said += text;
  };
  const tell = (line: string) => keep(`${line}\n`);
  const check = (title: string, script: string, args: string[] = []) =>
    step(title, () => runTool(script, { args, keep }), tell);
  // Several threads would each work out what one does.
  await check('Checking types', 'typescript/bin/tsc', ['--singleThreaded']);
  await check('Checking the types of the page', 'typescript/bin/tsc', ['-p', 'workbench/page']);
  await check('Checking lint and format', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings']);
  return said;
}

async function step<Result>(
  title: string,
  work: () => Result | Promise<Result>,
  tell: (line: string) => void = say,
): Promise<Result | undefined> {
  if (interruption) return undefined;
  const startedAt = performance.now();
  tell(`\n${title}`);
  try {
    return await work();
  } catch (error) {
    failures.push(`${title}: ${(error as Error).message}`);
    return undefined;
  } finally {
    tell(`${title} took ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
}

interface Way {
  readonly args?: string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Takes what the tool prints, and has it yield to everything else; without, it prints here. */
  readonly keep?: (text: string) => void;
}

/** Runs one of the project's own tools, by its script's path in node_modules. Rejects when it fails. */
async function runTool(script: string, { args = [], env = process.env, keep }: Way): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<string>();
  // Not by node_modules/.bin: a shell would stand between, and take the signals.
  const command = [join(root, 'node_modules', script), ...args];
  const tool = spawn(process.execPath, command, { cwd: root, env, stdio: keep ? 'pipe' : ['ignore', 1, 2] });
  if (keep) runBehind(tool, keep);
  const forward = (signal: NodeJS.Signals) => tool.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  tool.once('error', (error) => resolve(error.message));
  tool.once('close', (code, signal) => resolve(code === 0 ? '' : `${basename(script)} ended with ${signal ?? code}`));
  const problem = await promise;
  process.off('SIGINT', forward).off('SIGTERM', forward);
  if (problem) throw new Error(problem);
}

function runBehind(tool: ChildProcess, keep: (text: string) => void): void {
  if (tool.pid) setPriority(tool.pid, constants.priority.PRIORITY_LOW);
  tool.stdin?.end();
  for (const stream of [tool.stdout, tool.stderr]) stream?.setEncoding('utf8').on('data', keep);
}

async function runTests(): Promise<Tally | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-tally-'));
  const file = join(folder, 'tally.json');
  const args = ['run', '--allowOnly=false', ...vitestArgs];
  try {
    // Vitest's exit code is asked as well as its counts: either one can fail the command.
    await runTool('vitest/vitest.mjs', { args, env: { ...process.env, TALLY_FILE: file } }).catch((error) =>
      failures.push(error.message),
    );
    if (!existsSync(file)) throw new Error('vitest ended before it had counted');
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function conclude({ passed, failed, skipped }: Tally): void {
  if (skipped.length > 0) say('');
  for (const { name, reason } of skipped) say(`skipped: ${name} (${reason ?? 'no reason given'})`);
  if (runsEverything && skipped.some((test) => !test.reason)) failures.push('a test was skipped without a reason');
  if (passed + failed === 0) failures.push('no test was run');
  if (interruption) failures.push(`interrupted by ${interruption}`);
  say('');
  for (const failure of failures) say(`failed: ${failure}`);
  say(`tests: ${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  process.exitCode = failures.length > 0 || failed > 0 ? 1 : 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
