import type { Log } from '../../src/ports.ts';

/** A log that is kept, as a text a line: `warn the words {"its":"fields"}`. */
export function keptLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  return { lines, log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') } };
}
