import { clipped } from '../domain/clipped.ts';
import { StartError } from '../errors.ts';

/** What was read, or else what is wrong with it, each fault a text for a person. */
export type Checked<T> =
  | { readonly value: T; readonly faults: readonly [] }
  | { readonly value: undefined; readonly faults: readonly string[] };

/** One StartError for all faults. */
export function startError(faults: readonly string[]): StartError {
  const count = faults.length === 1 ? 'One setting is' : `${faults.length} settings are`;
  return new StartError([`${count} wrong:`, ...faults.map((fault) => `- ${fault}`)].join('\n'));
}

/** A fault's text: the setting's name, what was found, what is allowed. */
export function fault(name: string, found: string, allowed: string): string {
  return `${name}: found ${found}. Allowed: ${allowed}${allowed.endsWith('?') ? '' : '.'}`;
}

/** A value in a fault's text: as it is, at most 80 characters. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
  return clipped(text, 80);
}

/** A secret in a fault's text: only its length. */
export function showSecret(value: string | undefined): string {
  return value === undefined ? 'nothing' : `a text of ${value.length} characters`;
}
