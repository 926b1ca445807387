import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../src/config.ts';
import { StartError } from '../../src/errors.ts';

export const DATABASE_URL = 'postgresql://capops:pa55word@db.example/planner';

/** A new folder with these files, which nobody else may write. */
export function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'capops-config-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return folder;
}

/** Loads variables (with an address of the platform among them) and files. */
export function load(env: Record<string, string> = {}, files: Record<string, string> = {}): Config {
  return loadConfig({ env: { DATABASE_URL, ...env }, folder: folderWith(files) });
}

/** What the start says when it refuses these. */
export function refusal(env: Record<string, string>, files: Record<string, string> = {}): string {
  try {
    load(env, files);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  throw new Error('The settings were taken');
}
