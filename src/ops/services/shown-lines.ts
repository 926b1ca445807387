import { clipped } from '../../domain/clipped.ts';
import type { ShownLine } from './read-log.ts';

/** Characters of a line that a message shows, and of all its lines together. */
const LINE_CHARACTERS = 300;
const MESSAGE_CHARACTERS = 2500;

/** Lines for a message, the newest being sure to be among them. */
export function shownLines(lines: readonly ShownLine[], time: (at: Date) => string): string[] {
  const shown: string[] = [];
  let left = MESSAGE_CHARACTERS;
  for (const line of lines.toReversed()) {
    const text = clipped(lineWords(line, time), LINE_CHARACTERS);
    left -= text.length + 1;
    if (left < 0) break;
    shown.unshift(text);
  }
  return shown;
}

/** `2026-11-22 13:05:01 What was written`. */
export function lineWords({ at, text }: ShownLine, time: (at: Date) => string): string {
  return `${time(at)} ${text}`;
}
