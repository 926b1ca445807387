import { showBytes } from '../../domain/bytes.ts';
import { showTime } from '../../domain/end-date.ts';
import { recordableText } from '../../domain/recordable.ts';
import { goodBackups } from '../../models/good-backups.ts';
import { Organisation } from '../../models/organisation.ts';
import type { Ports } from '../../ports.ts';
import { manifestOf } from '../backups/sync-catalogue.ts';
import type { Arguments, Operation } from './operation.ts';

const MOST = 100;

/** What a form's menu offers; the code is what is taken. */
export interface Choice {
  readonly code: string;
  readonly name: string;
}

/** What fits the typed text, for the menu that this operation's form has. */
export async function choicesFor(ports: Ports, { args }: Operation, typed: string): Promise<readonly Choice[]> {
  const text = recordableText(typed);
  const hasBackups = Object.values(args as Arguments).some(({ widget }) => widget.kind === 'backup');
  return hasBackups ? backups(ports, text) : Organisation.choices(ports.databases.platform, text, MOST);
}

/** The newest first. */
async function backups({ databases, settings: { timeZone } }: Ports, typed: string): Promise<Choice[]> {
  const found = await goodBackups(databases.ledger, { role: 'platform', limit: MOST });
  const all = found.map((row) => ({
    code: row.id.slice(0, 8),
    name: `${showTime(row.takenAt, timeZone)}, ${showBytes(manifestOf(row).bytes)}, ${row.provenAt ? 'proven' : row.kind}`,
  }));
  const words = typed.toLowerCase().split(/\s+/);
  return all.filter(({ code, name }) => words.every((word) => `${code} ${name.toLowerCase()}`.includes(word)));
}
