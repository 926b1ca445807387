import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { CheckoutError } from '../errors.ts';

const MOST_BYTES = 256 * 1024;

/** A checkout’s own configuration names programs; these are not run. */
const NO_PROGRAMS = ['safe.directory=*', 'core.fsmonitor=false', 'core.pager=cat', 'gpg.program=false'];

/** Nothing is asked, locked or fetched: no protocol is allowed at all. */
const QUIET = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_PAGER: 'cat',
  LC_ALL: 'C.UTF-8',
};

interface Checkout {
  readonly folder: string;
  /** What git is given of our environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A checkout’s newest commits, a line each: id, time, who, what. */
export async function newestCommits(checkout: Checkout, count: number): Promise<string[]> {
  const text = await git(checkout, [
    'log',
    `-n${count}`,
    '--date=iso',
    '--no-show-signature',
    '--format=%h %ad %an: %s',
  ]);
  return text.split('\n').filter(Boolean);
}

/** The commit that stands in the folder, and its time. */
export async function standingCommit(checkout: Checkout): Promise<string> {
  const commit = await git(checkout, ['log', '-n1', '--no-show-signature', '--date=iso', '--format=%H of %ad']);
  return commit.trim();
}

/** A checkout may be another user’s: that is allowed here. */
async function git({ folder, environment, signal }: Checkout, args: readonly string[]): Promise<string> {
  // A folder without a checkout of its own is none, whatever stands above it.
  const env = { ...environment, ...QUIET, GIT_CEILING_DIRECTORIES: dirname(folder) };
  const options = { env, signal, maxBuffer: MOST_BYTES, encoding: 'utf8' } as const;
  const given = ['--no-pager', '-C', folder, ...NO_PROGRAMS.flatMap((setting) => ['-c', setting]), ...args];
  try {
    return (await promisify(execFile)('git', given, options)).stdout;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new CheckoutError(why(error), { cause: error });
  }
}

function why(error: unknown): string {
  const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') return 'git is not installed here.';
  if (/cannot change to/.test(stderr)) return 'There is no such folder, or CapOps may not enter it.';
  if (/not a git repository/.test(stderr)) return 'It is no checkout of git.';
  if (/does not have any commits/.test(stderr)) return 'It has no commits yet.';
  return 'git could not read it.';
}
