import type { BackupManifest } from '../../domain/backup-manifest.ts';
import { UserError } from '../../errors.ts';
import { restoredFaults } from '../../models/restored-database.ts';
import type { RestoreDesk } from '../../ports.ts';
import type { Context } from '../service/operation.ts';

const SHOWN = 5;

/**
 * Holds a restored database to its manifest, and to what the platform needs. Returns what was found in order, in sentences.
 * Throws a UserError for what is not.
 */
export async function checkScratch(
  { signal, progress }: Pick<Context, 'signal' | 'progress'>,
  desk: Pick<RestoreDesk, 'survey' | 'connect'>,
  {
    url,
    manifest,
    name,
  }: { readonly url: string; readonly manifest: BackupManifest | undefined; readonly name: string },
): Promise<string[]> {
  progress({ phase: 'Checking what was restored' });
  const survey = await desk.survey(url, { signal });
  const differences = manifest ? differencesOf(manifest.tables, survey.tables) : [];
  if (differences.length > 0) throw failed(name, differences);
  const isComparable = manifest !== undefined && manifest.schemaFingerprint === survey.schemaFingerprint;
  const knex = desk.connect(url);
  try {
    const faults = await restoredFaults(knex);
    if (faults.length > 0) throw failed(name, faults);
    progress({ phase: 'Measuring what was restored, for the planner' });
    await knex.raw('SET statement_timeout = 0; ANALYZE');
  } finally {
    await knex.destroy();
  }
  const tables = Object.keys(survey.tables).length;
  return [
    manifest
      ? `The rows of all ${tables} tables are those of the manifest.`
      : `${tables} tables were restored; there is no manifest to hold their rows to.`,
    ...(manifest
      ? [
          isComparable
            ? 'The tables’ definitions are the same, to the letter.'
            : 'The tables’ definitions could not be compared to the letter: another version of pg_dump wrote them, or roles are missing.',
        ]
      : []),
    'Indexes and constraints are valid; organisations and their access can be read.',
  ];
}

function differencesOf(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [had, has] = [before[name], after[name]];
    if (had === has) return [];
    if (has === undefined) return [`${name} is not there`];
    return [`${name} has ${has} rows, and ${had === undefined ? 'is not in the manifest' : `had ${had}`}`];
  });
}

function failed(name: string, faults: readonly string[]): UserError {
  const rest = faults.length - SHOWN;
  const shown = faults.slice(0, SHOWN).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
  return new UserError(
    `${name} was restored beside the live database, and is not as it should be: ${shown}. The live database was not touched.`,
  );
}
