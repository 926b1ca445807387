import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import * as arg from '../../src/ops/service/arguments.ts';
import { defineOperation } from '../../src/ops/service/operation.ts';

// A long operation with a child process, as dumps and restores are. What it makes is there once it is whole.

const path = arg.positional(arg.words('File', 'what is written', { maxLength: 200, example: '/tmp/survey' }));

/** Writes a part, waits until the file `<path>.go` is there, and makes it whole. */
const CHILD = `
const { appendFileSync, existsSync, renameSync, writeFileSync } = require('node:fs');
const [path] = process.argv.slice(1);
writeFileSync(path + '.part', 'half');
const timer = setInterval(() => {
  if (!existsSync(path + '.go')) return;
  clearInterval(timer);
  appendFileSync(path + '.part', ' and half');
  renameSync(path + '.part', path);
}, 20);
`;

function surveyOperation(name: string, how: { restartable?: true }) {
  return defineOperation({
    name,
    verb: name,
    summary: 'Survey the airfield',
    role: 'operator',
    effect: 'changes',
    long: true,
    ...how,
    example: `${name} /tmp/survey`,
    args: { path },
    run: async ({ signal, progress, runId }, { path: file }) => {
      signal.throwIfAborted();
      progress({ phase: 'Surveying' });
      appendFileSync(`${file}.begun`, `${runId}\n`);
      const child = spawn(process.execPath, ['-e', CHILD, file], { stdio: 'ignore' });
      appendFileSync(`${file}.pid`, `${child.pid}\n`);
      const end = () => child.kill('SIGKILL');
      signal.addEventListener('abort', end, { once: true });
      const [code] = await once(child, 'exit');
      signal.removeEventListener('abort', end);
      if (code === 0) return { file };
      rmSync(`${file}.part`, { force: true });
      throw new Error('the survey was cut off');
    },
    report: () => ({ tone: 'done', title: 'The airfield is surveyed.' }),
  });
}

/** May be begun again, and `digging`, which may not. */
export const survey = surveyOperation('survey', { restartable: true });
export const digging = surveyOperation('digging', {});

/** One airfield, to be surveyed. */
export interface Airfield {
  readonly path: string;
  /** Lets the child process finish. */
  finish(): void;
  /** How often it was begun. */
  begun(): number;
  /** Whether a child process of it lives. */
  isAtWork(): boolean;
  /** The files that there are beside our own marks. */
  files(): string[];
}

export function openAirfield(): Airfield {
  const path = join(mkdtempSync(join(tmpdir(), 'capops-survey-')), 'survey');
  const lines = (mark: string) =>
    existsSync(path + mark)
      ? readFileSync(path + mark, 'utf8')
          .trim()
          .split('\n')
      : [];
  const isAlive = (pid: string) => {
    try {
      // A killed child of a killed process may stay as a zombie, with no files of its own.
      return process.kill(Number(pid), 0) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    } catch {
      return false;
    }
  };
  onTestFinished(() => {
    for (const pid of lines('.pid').filter(isAlive)) process.kill(Number(pid), 'SIGKILL');
    rmSync(dirname(path), { recursive: true });
  });
  return {
    path,
    finish: () => appendFileSync(`${path}.go`, ''),
    begun: () => lines('.begun').length,
    isAtWork: () => lines('.pid').some(isAlive),
    files: () => readdirSync(dirname(path)).filter((name) => !/\.(go|pid|begun)$/.test(name) && basename(name)),
  };
}
