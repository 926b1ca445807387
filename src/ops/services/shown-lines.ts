import type { ShownLine } from './read-log.ts';

/** Characters of a line that a message shows, and of all its lines together. */
const LINE_CHARACTERS = 300;
const MESSAGE_CHARACTERS = 2500;

/** Lines for a message, the newest being sure to be among them. */
export function shownLines(lines: readonly ShownLine[], time: (at: Date) => string): string[] {
  const shown: string[] = [];
  let left = MESSAGE_CHARACTERS;
  for (const line of lines.toReversed()) {
    const text = lineWords(line, time);
    const clipped = text.length > LINE_CHARACTERS ? `${text.slice(0, LINE_CHARACTERS - 1)}…` : text;
    left -= clipped.length + 1;
    if (left < 0) break;
    shown.unshift(clipped);
  }
  return shown;
}

/** `2026-11-22 13:05:01 What was written`. */
export function lineWords({ at, text }: ShownLine, time: (at: Date) => string): string {
  return `${time(at)} ${text}`;
}
