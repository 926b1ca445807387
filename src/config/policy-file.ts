import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../domain/nearest.ts';
import type { Settings } from '../ports.ts';
import { type Checked, fault, show } from './faults.ts';
import { keysAt, policySchema, settingsOf } from './policy-schema.ts';
import { lineAt } from './yaml-line.ts';

/** What `capops.yml` says, and which file it was (sha256 of its bytes, in hex). */
export interface PolicyFile {
  readonly settings: Settings;
  readonly announcements: string | undefined;
  readonly policyFile: { readonly path: string; readonly sha256: string } | undefined;
}

const WITHOUT_A_FILE: PolicyFile = {
  settings: { environment: 'development', timeZone: 'UTC', policy: undefined },
  announcements: undefined,
  policyFile: undefined,
};

/** Reads the named file, which has to be there, or else `capops.yml` in the folder, which may be missing. */
export function readPolicyFile(folder: string, named: string | undefined): Checked<PolicyFile> {
  const path = named ? resolve(folder, named) : join(folder, 'capops.yml');
  const read = readGuarded(path);
  if (read === undefined && !named) return { value: WITHOUT_A_FILE, faults: [] };
  if (read === undefined)
    return { value: undefined, faults: [fault('CAPOPS_CONFIG', `${path}, which is not there`, 'a file that is')] };
  if (read.faults.length > 0) return { value: undefined, faults: read.faults };
  return checkPolicy(path, read.value ?? Buffer.alloc(0));
}

/** The file's bytes; undefined when there is none. A file that others may write decides nothing. */
function readGuarded(path: string): Checked<Buffer> | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    if ((fstatSync(file).mode & 0o022) === 0) return { value: readFileSync(file), faults: [] };
    const found = fault(
      path,
      'a file that its group or others may write',
      `only its owner, as after \`chmod go-w ${path}\``,
    );
    return { value: undefined, faults: [found] };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { value: undefined, faults: [`${path} cannot be read: ${(error as Error).message}.`] };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function checkPolicy(path: string, bytes: Buffer): Checked<PolicyFile> {
  const lines = new LineCounter();
  const document = parseDocument(bytes.toString('utf8'), { lineCounter: lines });
  const content = contentOf(document);
  if (content.faults.length > 0) return { value: undefined, faults: content.faults.map((text) => `${path}: ${text}`) };
  const parsed = policySchema.safeParse(content.value, { reportInput: true });
  if (!parsed.success) {
    const place = (at: PropertyKey[]) => `${path}, line ${lineAt(document.contents, at, lines)}`;
    return { value: undefined, faults: parsed.error.issues.flatMap((issue) => faultsOf(issue, place)) };
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { value: { ...settingsOf(parsed.data), policyFile: { path, sha256 } }, faults: [] };
}

function contentOf(document: Document): Checked<unknown> {
  try {
    if (document.errors.length === 0) return { value: document.toJS(), faults: [] };
    return { value: undefined, faults: document.errors.map((error) => error.message.trim()) };
  } catch (error) {
    return { value: undefined, faults: [(error as Error).message] }; // Aliases that unfold without end.
  }
}

function faultsOf(issue: z.core.$ZodIssue, place: (at: PropertyKey[]) => string): string[] {
  if (issue.code !== 'unrecognized_keys') {
    const name = issue.path.length === 0 ? 'the file' : nameOf(issue.path);
    return [fault(`${place(issue.path)}, ${name}`, show(issue.input), issue.message)];
  }
  const known = keysAt(issue.path);
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const advice = meant ? `Did you mean “${meant}”?` : `Allowed here: ${known.join(', ')}.`;
    return `${place([...issue.path, key])}: “${key}” is not a setting. ${advice}`;
  });
}

function nameOf(at: PropertyKey[]): string {
  return at
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
