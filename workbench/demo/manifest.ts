import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { PageCommand } from '../page-data.ts';

type SlashCommand = { command: string; description?: string; usage_hint?: string };

/** The slash commands that the app's manifest names, for the composer's hints. */
export function manifestCommands(root: string): PageCommand[] {
  const file = join(root, 'manifest.yml');
  const manifest = existsSync(file) ? parse(readFileSync(file, 'utf8')) : {};
  const commands: SlashCommand[] = manifest.features?.slash_commands ?? [{ command: '/capops' }];
  return commands.map(({ command, description = '', usage_hint = '' }) => ({ command, description, hint: usage_hint }));
}
