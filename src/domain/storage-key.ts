import { UserError } from '../errors.ts';
import { clipped } from './clipped.ts';

/** Bytes; file systems take 255 a segment, a part of which is the storage's own while it writes. */
const LONGEST_SEGMENT = 200;
const LONGEST_KEY = 900;

/** How a storage names what is not written to its end. */
export const PARTIAL = '.partial';

/**
 * Throws a UserError where a key cannot be kept: it is a path of plain names below the storage's own folder, and never
 * leaves it, whoever made it up.
 */
export function checkKey(key: string): void {
  const fault = keyFault(key);
  if (fault) throw new UserError(`A backup cannot be kept under the name “${shown(key)}”: ${fault}.`);
}

function keyFault(key: string): string | undefined {
  const segments = key.split('/');
  if (key === '') return 'it is empty';
  if (key.startsWith('/')) return 'it begins with a slash';
  if (!key.isWellFormed() || /[\p{Cc}\\]/u.test(key)) return 'it holds a backslash or a sign that cannot be seen';
  if (segments.some((segment) => segment === '')) return 'a part between slashes is empty';
  if (segments.some((segment) => /^\.\.?$/.test(segment))) return 'a part of it is “.” or “..”';
  if (segments.some((segment) => segment.endsWith(PARTIAL)))
    return `names that end in ${PARTIAL} are the storage’s own`;
  if (segments.some((segment) => Buffer.byteLength(segment) > LONGEST_SEGMENT)) return 'a part of it is too long';
  if (Buffer.byteLength(key) > LONGEST_KEY) return 'it is too long';
  return undefined;
}

function shown(key: string): string {
  return clipped(key.toWellFormed().replace(/\p{Cc}/gu, '?'), 80);
}
