import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Checked, fault, show } from './faults.ts';

/** Where the private keys of age are. */
export interface AgeKeys {
  /** Undefined: there are none here, and encrypted backups are checked by their SHA-256 alone. */
  readonly identityFile: string | undefined;
}

const OTHERS = 0o077;

/** Checks that the file of private keys is there, and for nobody else's eyes. It is read when a backup needs it. */
export function readAge({ AGE_IDENTITY_FILE: given }: Readonly<Record<string, string | undefined>>, folder: string) {
  if (given === undefined) return checked({ identityFile: undefined });
  if (given.startsWith('AGE-SECRET-KEY-')) {
    return wrong(
      fault('AGE_IDENTITY_FILE', 'a private key itself', 'a file that holds it, which only its owner may read'),
    );
  }
  const identityFile = resolve(folder, given);
  const stats = statSync(identityFile, { throwIfNoEntry: false });
  if (!stats?.isFile()) return wrong(fault('AGE_IDENTITY_FILE', show(given), 'a file of private keys of age'));
  if ((stats.mode & OTHERS) !== 0) {
    const found = `${show(given)}, which others may read or write`;
    return wrong(fault('AGE_IDENTITY_FILE', found, `a file for its owner alone: chmod 600 ${given}`));
  }
  return checked({ identityFile });
}

function checked(value: AgeKeys): Checked<AgeKeys> {
  return { value, faults: [] };
}

function wrong(text: string): Checked<AgeKeys> {
  return { value: undefined, faults: [text] };
}
