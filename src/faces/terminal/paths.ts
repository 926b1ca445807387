import { resolve } from 'node:path';
import type { Argument, Operation } from '../../ops/service/operation.ts';

type Raw = Readonly<Record<string, unknown>>;

/** The input with its paths whole: they are meant from where the asker stands. A word without a dot or a slash is no path. */
export function withWholePaths(operation: Operation, raw: Raw, folder: string): Raw {
  const paths = Object.entries(operation.args as Record<string, Argument>).flatMap(([name, { isPath }]) => {
    const typed = raw[name];
    return isPath && typeof typed === 'string' && /[./]/.test(typed) ? [[name, resolve(folder, typed)] as const] : [];
  });
  return { ...raw, ...Object.fromEntries(paths) };
}
