import type { Payload } from '../deliver.ts';
import type { Workspace } from '../workspace.ts';

/** One Web API method: its arguments as parsed from either body form (blocks, views and lists are parsed JSON). */
export type Method = (workspace: Workspace, args: Payload) => Payload;

/** Throw it for `{"ok": false, "error": ...}`. */
export class Refusal extends Error {
  readonly complaints: string[];

  constructor(error: string, complaints: string[] = []) {
    super(error);
    this.complaints = complaints;
  }
}

export function wanted(args: Payload, name: string): string {
  const value = args[name];
  if (typeof value !== 'string' || value === '')
    throw new Refusal('invalid_arguments', [`[ERROR] missing required field: ${name}`]);
  return value;
}

/** A boolean that came as JSON or as a form's word. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1';
}
