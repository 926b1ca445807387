import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { PROJECT_ROOT } from '../../setup/run-cli.ts';

/** A person at a terminal of 90 columns, in whose window a command line runs. */
export interface Person {
  /** Resolves when the words stand on the screen, after those that were waited for before. Fails after 10 s. */
  reads(words: string): Promise<void>;
  types(keys: string): void;
  /** Everything that was shown, without colours and cursor movements; and what the command ended with. */
  leaves(): Promise<{ screen: string; code: number }>;
}

/** Runs the command line under `script`, which gives it a terminal. Words are taken as a shell takes them. */
export function sitDown(line: string, env: Record<string, string>): Person {
  const folder = mkdtempSync(join(tmpdir(), 'capops-person-'));
  const cli = `'${process.execPath}' '${join(PROJECT_ROOT, 'src/cli.ts')}' ${line}`;
  const { PATH = '', HOME = '' } = process.env;
  const shell = spawn('script', ['-qefc', `stty cols 90 rows 40; exec ${cli}`, '/dev/null'], {
    cwd: folder,
    env: { PATH, HOME, CAPOPS_FOLDER: folder, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(shell, 'close').finally(() => rmSync(folder, { recursive: true }));
  const screen = follow(shell);
  return {
    reads: (words) => screen.reads(words),
    types: (keys) => shell.stdin?.write(keys),
    leaves: async () => {
      const timer = setTimeout(() => shell.kill('SIGKILL'), 10_000);
      const [code] = await ended.finally(() => clearTimeout(timer));
      return { screen: screen.text(), code };
    },
  };
}

function follow(shell: ChildProcess) {
  let shown = '';
  let seen = 0;
  const text = () => stripVTControlCharacters(shown).replaceAll('\r', '');
  shell.stdout?.setEncoding('utf8').on('data', (more: string) => {
    shown += more;
  });
  const reads = async (words: string) => {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const at = text().indexOf(words, seen);
      if (at >= 0) {
        seen = at + words.length;
        return;
      }
      if (performance.now() > deadline) throw new Error(`“${words}” is not shown. The screen: ${text().slice(seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { text, reads };
}
