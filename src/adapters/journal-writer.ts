import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { thisMachine } from './processes.ts';

/** A process that writes to the journal, so that others can tell whether it is still there. */
export const writerSchema = z.object({
  machine: z.string().nullable(),
  pid: z.number(),
  /** When it began, by its kernel; a later process of the same id began at another time. */
  born: z.string().nullable(),
});

export type Writer = z.infer<typeof writerSchema>;

/** Who cannot be looked at is believed gone after this much silence; see `BEAT_MS` for how often it makes itself heard. */
const SILENT_MS = 15 * 60_000;
export const BEAT_MS = 60_000;

export function thisWriter(): Writer {
  const { machine, pid } = thisMachine();
  return { machine: machine ?? null, pid, born: birthOf(pid) };
}

/** Whether nothing more is to come of a writer that was last heard of so long ago. */
export function hasGone(writer: Writer | undefined, silentMs: number): boolean {
  const isHere = writer && writer.machine !== null && writer.machine === thisMachine().machine;
  return isHere ? birthOf(writer.pid) !== writer.born : silentMs > SILENT_MS;
}

/** In ticks since the machine was started; null where there is no such process (a zombie is none), or no /proc. */
function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, and may hold anything.
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /^[ZX]$/.test(state) ? null : (fields[18] ?? null);
  } catch {
    return null;
  }
}
