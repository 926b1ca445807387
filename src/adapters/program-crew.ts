import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProgramError } from '../errors.ts';

const GRACE_MS = 3000;
const SAID_LIMIT = 4000;
/** Of one whose words decide. */
const HEARD_LIMIT = 1_000_000;
/** So long the others have to end by themselves when one failed: one of them may know why. */
const AFTERMATH_MS = 200;
/** What a program's own children still hold open does not keep us waiting. */
const LAST_WORDS_MS = 500;

export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether exit code 1 is well all the same, by all that it said; absent: it never is. */
  readonly isWell?: (said: string) => boolean;
}

/** How a program ended. */
interface Ending {
  readonly name: string;
  /** Undefined: well, or because we ended it. */
  readonly fault: string | undefined;
  readonly said: string;
}

/** Programs that do one piece of work together: where one fails, the others are ended. */
export interface Crew {
  start(program: Program, stdio: StdioOptions): ChildProcess;
  /** Resolves with what they said on stderr once all have ended well; rejects with a ProgramError otherwise. */
  allWell(): Promise<string[]>;
  /** Ends those that still run: asks, and kills after 3 s. Resolves once they are gone; those asked count as ended well. */
  end(): Promise<void>;
}

/** `signal` ends them too. */
export function openCrew(signal?: AbortSignal): Crew {
  const running = new Set<ChildProcess>();
  const endings: Promise<Ending>[] = [];
  const faults: { name: string; fault: string }[] = [];
  const asked = new Set<NodeJS.Signals>();
  let aftermath: NodeJS.Timeout | undefined;
  const killAll = (how: NodeJS.Signals) => {
    asked.add(how);
    for (const child of running) killGroup(child, how);
  };
  const atExit = () => killAll('SIGKILL');
  const end = async () => {
    clearTimeout(aftermath);
    killAll('SIGTERM');
    const gone = Promise.all(endings);
    const given = new AbortController();
    await Promise.race([gone, sleep(GRACE_MS, undefined, { signal: given.signal }).catch(() => undefined)]);
    given.abort();
    killAll('SIGKILL');
    await gone;
    signal?.removeEventListener('abort', end);
    process.off('exit', atExit);
  };
  process.on('exit', atExit);
  signal?.addEventListener('abort', end);

  return {
    start: (program, stdio) => {
      signal?.throwIfAborted();
      // A group of its own: the terminal's Ctrl-C is for CapOps, which then ends them in order.
      const child = spawn(program.path, program.args, { env: program.env, cwd: '/', stdio, detached: true });
      running.add(child);
      const over = endingOf(child, program, asked).then((ending) => {
        running.delete(child);
        if (ending.fault !== undefined) {
          faults.push({ name: ending.name, fault: ending.fault });
          aftermath ??= setTimeout(killAll, AFTERMATH_MS, 'SIGTERM');
        }
        return ending;
      });
      endings.push(over);
      return child;
    },
    allWell: async () => {
      const ended = await Promise.all(endings);
      clearTimeout(aftermath);
      // Whose reader broke off is the last to know why.
      faults.sort((a, b) => Number(a.fault.includes('SIGPIPE')) - Number(b.fault.includes('SIGPIPE')));
      const [first] = faults;
      if (first) throw new ProgramError(first.name, faults.map(({ fault }) => fault).join(' '));
      return ended.map(({ said }) => said).filter(Boolean);
    },
    end,
  };
}

/** Never rejects. */
async function endingOf(child: ChildProcess, program: Program, asked: ReadonlySet<NodeJS.Signals>): Promise<Ending> {
  const name = nameOf(program);
  const limit = program.isWell ? HEARD_LIMIT : SAID_LIMIT;
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-limit);
  });
  const fault = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`${name} could not be started (${error.message}).`));
    child.once('exit', (code, signal) => {
      const isAsked = asked.size > 0 && (signal === null || asked.has(signal));
      const isWell = () => isAsked || (code === 1 && said.length < limit && program.isWell?.(said));
      const tell = () => resolve(isWell() ? undefined : faultOf(name, { code, signal, said }));
      const timer = setTimeout(tell, LAST_WORDS_MS);
      child.once('close', () => {
        clearTimeout(timer);
        tell();
      });
      if (isAsked) tell();
    });
  });
  return { name, fault, said: said.trim() };
}

function faultOf(
  name: string,
  { code, signal, said }: { code: number | null; signal: string | null; said: string },
): string | undefined {
  if (code === 0) return undefined;
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  const words = said.trim().split('\n').slice(-5).join(' ');
  return words ? `${name} ${how}: ${words}` : `${name} ${how}.`;
}

function nameOf({ path }: Program): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** With whatever it has started itself, where it is a script around the real program. */
function killGroup({ pid }: ChildProcess, how: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, how);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
