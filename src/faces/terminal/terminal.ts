import type { ReadStream, WriteStream } from 'node:tty';
import type { Actor } from '../../ports.ts';
import { type Output, openOutput } from './output.ts';

/** The process's ends, as this face uses them. */
export interface Terminal {
  /** Questions are read from here, and asked on `stderr`. */
  readonly stdin: ReadStream;
  readonly stderr: WriteStream;
  /** Data, and in table mode the report. */
  readonly out: Output;
  /** Messages. */
  readonly messages: Output;
  /** Relative paths start here. */
  readonly folder: string;
}

/** One command line, without the program's name; who typed it, and where. */
export interface Visit {
  readonly terminal: Terminal;
  readonly argv: readonly string[];
  readonly actor: Actor;
}

/** Whether somebody is there to answer. */
export function isInteractive({ stdin, stderr }: Terminal): boolean {
  return Boolean(stdin.isTTY && stderr.isTTY);
}

/** The process's own ends. `folder` is where the command was typed; `isUtf8` is what the terminal is said to show. */
export function openTerminal(
  { stdin, stdout, stderr }: NodeJS.Process,
  { folder, isUtf8 }: { folder: string; isUtf8: boolean },
): Terminal {
  const locale = { isUtf8 };
  return { stdin, stderr, out: openOutput(stdout, locale), messages: openOutput(stderr, locale), folder };
}
