import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareMachine } from './setup/machine.ts';
import type { Tally } from './setup/tally.ts';

/**
 * The test command: prepares the machine, then types, lint and format, every test (the import rules are tests). A failed
 * step fails the command, and the steps after it still run. Arguments go to vitest, and then it alone runs:
 * `pnpm test grant`. The last line says what was counted: `tests: 123 passed, 0 failed, 2 skipped`.
 */
const root = fileURLToPath(new URL('../', import.meta.url));
const vitestArgs = process.argv.slice(2);
const runsEverything = vitestArgs.length === 0;
const failures: string[] = [];
let interruption: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interruption = signal));

await step('Preparing the machine', () => prepareMachine(say));
if (runsEverything) {
  await step('Checking types', () => runTool('typescript/bin/tsc'));
  await step('Checking the types of the page', () => runTool('typescript/bin/tsc', ['-p', 'workbench/page']));
  await step('Checking lint and format', () => runTool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings']));
}
const tally = await step('Running the tests', runTests);
conclude(tally ?? { passed: 0, failed: 1, skipped: [] });

async function step<Result>(title: string, work: () => Result | Promise<Result>): Promise<Result | undefined> {
  if (interruption) return undefined;
  const startedAt = performance.now();
  say(`\n${title}`);
  try {
    return await work();
  } catch (error) {
    failures.push(`${title}: ${(error as Error).message}`);
    return undefined;
  } finally {
    say(`${title} took ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
}

/** Runs one of the project's own tools, by its script's path in node_modules. Rejects when it fails. */
async function runTool(script: string, args: string[] = [], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<string>();
  // Not by node_modules/.bin: a shell would stand between, and take the signals.
  const command = [join(root, 'node_modules', script), ...args];
  const tool = spawn(process.execPath, command, { cwd: root, env, stdio: ['ignore', 1, 2] });
  const forward = (signal: NodeJS.Signals) => tool.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  tool.once('error', (error) => resolve(error.message));
  tool.once('close', (code, signal) => resolve(code === 0 ? '' : `${basename(script)} ended with ${signal ?? code}`));
  const problem = await promise;
  process.off('SIGINT', forward).off('SIGTERM', forward);
  if (problem) throw new Error(problem);
}

async function runTests(): Promise<Tally | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-tally-'));
  const file = join(folder, 'tally.json');
  const args = ['run', '--allowOnly=false', ...vitestArgs];
  try {
    // Vitest's exit code is asked as well as its counts: either one can fail the command.
    await runTool('vitest/vitest.mjs', args, { ...process.env, TALLY_FILE: file }).catch((error) =>
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
