import type { Operation } from '../../ops/service/operation.ts';
import { type Output, writeLines } from './output.ts';
import { visible } from './visible.ts';

export const FORMATS = ['table', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** The formats that an operation's data come in. */
export function formatsOf(operation: Operation): Format[] {
  return FORMATS.filter((format) => format !== 'csv' || operation.csv);
}

/** Writes the data and nothing else. */
export async function writeData(
  output: Output,
  operation: Operation,
  { format, data }: { format: Format; data: unknown },
): Promise<void> {
  if (format === 'csv') await writeCsv(output, operation.csv?.(data) ?? []);
  else await writeLines(output, jsonLines(operation.json ? operation.json(data) : data));
}

/** JSON as `JSON.stringify(data, null, 2)` has it, an array item by item, so that a long list is never one long string. */
export function* jsonLines(data: unknown): Generator<string> {
  if (!Array.isArray(data) || data.length === 0) {
    yield json(data ?? null);
    return;
  }
  yield '[';
  for (const [index, item] of data.entries()) {
    const comma = index < data.length - 1 ? ',' : '';
    yield `  ${json(item ?? null).replaceAll('\n', '\n  ')}${comma}`;
  }
  yield ']';
}

/** What JSON leaves as it is and a terminal would obey is written as an escape, which reads back the same. */
function json(data: unknown): string {
  return JSON.stringify(data, null, 2).replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function writeCsv(output: Output, records: readonly (readonly string[])[]): Promise<void> {
  const { stringify } = await import('csv-stringify');
  const cells = output.paper.isTerminal ? records.map((record) => record.map(visible)) : records;
  for await (const chunk of stringify([...cells], { escape_formulas: true })) {
    if (!(await output.write(String(chunk)))) return;
  }
}
