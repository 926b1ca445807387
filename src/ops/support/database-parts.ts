import { createHash } from 'node:crypto';
import { readSection } from '../../models/database-section.ts';
import { ownMigrations, type PrismaMigration, prismaMigrations, schemaOutline } from '../../models/support-schema.ts';
import type { BundlePart } from './bundle-part.ts';
import { fenced, tableMarkdown } from './report-markdown.ts';

const MOST_MIGRATIONS = 100;

const migrations: BundlePart = {
  title: 'Migrations of the platform (Prisma)',
  keeps: 'beginning',
  look: async ({ context: { databases } }) => {
    const read = await readSection(databases.platform, 'What Prisma keeps', (reading) =>
      prismaMigrations(reading, MOST_MIGRATIONS),
    );
    if ('unread' in read) return read.unread;
    const { migrations: found, closed } = read.facts;
    if (found.length === 0 && closed.length === 0) return 'No schema has a migration in a table _prisma_migrations.';
    const rows = found.map((one) => [
      one.schema,
      one.name,
      stateOf(one),
      one.startedAt.toISOString(),
      String(one.steps),
    ]);
    const failures = found.filter(({ logs }) => logs);
    return [
      ...(rows.length > 0 ? [tableMarkdown(['Schema', 'Migration', 'State', 'Began', 'Steps'], rows)] : []),
      ...closed.map((schema) => `CapOps’ user may not read ${schema}._prisma_migrations.`),
      ...failures.map(({ name, logs }) => `${name} says:\n\n${fenced((logs ?? '').split('\n'))}`),
    ].join('\n\n');
  },
};

function stateOf({ finishedAt, rolledBackAt }: PrismaMigration): string {
  if (rolledBackAt) return 'rolled back';
  return finishedAt ? 'done' : 'not finished';
}

const schema: BundlePart = {
  title: 'Schema of the platform',
  keeps: 'beginning',
  look: async ({ context: { databases } }) => {
    const read = await readSection(databases.platform, 'The schema', schemaOutline);
    if ('unread' in read) return read.unread;
    const tables = read.facts;
    const whole = createHash('sha256')
      .update(tables.map(({ fingerprint }) => fingerprint).join())
      .digest('hex')
      .slice(0, 16);
    const rows = tables.map(({ name, columns, rows: count, fingerprint }) => [
      name,
      count < 0 ? 'not known' : String(count),
      fingerprint,
      columns.join(', '),
    ]);
    return `Fingerprint of all: ${whole}\n\n${tableMarkdown(['Table', 'Rows, about', 'Fingerprint', 'Columns'], rows)}`;
  },
};

const ledger: BundlePart = {
  title: 'Migrations of CapOps’ ledger',
  keeps: 'beginning',
  look: async ({ context: { databases } }) =>
    (await ownMigrations(databases.ledger)).map(({ name, at }) => `- ${name}, ${at.toISOString()}`).join('\n'),
};

/** What the two databases look like. */
export const DATABASE_PARTS: readonly BundlePart[] = [migrations, schema, ledger];
