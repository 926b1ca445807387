import type { DatabaseExam, TableRights, UnfinishedMigration } from '../ports.ts';
import { counted } from './counted.ts';
import type { Step } from './diagnosis.ts';
import { type Around, inCheckout, quotedForShell } from './diagnosis-facts.ts';
import { showSeconds, skipped, unasked } from './diagnosis-words.ts';
import { quotedName } from './sql-quoting.ts';

interface Judging extends Around {
  readonly failed: Step | undefined;
}

const MIGRATIONS = { name: 'migrations', label: 'Platform’s migrations' };
const RIGHTS = { name: 'rights', label: 'Rights' };
/** One that has said nothing and was begun since is probably at work. */
const AT_WORK_MS = 600_000;

/** What the platform's own migrations have left unfinished. */
export function migrationsStep({ asked }: DatabaseExam, judging: Judging): Step {
  const sight = asked?.migrations;
  if (!sight) return skipped(MIGRATIONS, judging.failed);
  if (!sight.isAnswered) return unasked(MIGRATIONS, sight);
  const { unfinished } = sight;
  const ago = ({ startedAt }: UnfinishedMigration) => judging.now.getTime() - startedAt.getTime();
  const broken = unfinished.filter((one) => one.log !== '' || ago(one) >= AT_WORK_MS);
  const [first, last] = [broken[0], unfinished[0]];
  if (first) return failedMigrations(first, broken, judging);
  if (!last) return { ...MIGRATIONS, state: 'ok', says: 'None unfinished' };
  return {
    ...MIGRATIONS,
    state: 'look',
    says: `${last.name} was begun ${showSeconds(ago(last) / 1000)} ago, and is not through`,
  };
}

function failedMigrations(first: UnfinishedMigration, broken: readonly UnfinishedMigration[], around: Around): Step {
  const others = broken.length > 1 ? `, and ${counted(broken.length - 1, 'other')}` : '';
  return {
    ...MIGRATIONS,
    state: 'wrong',
    says: `Unfinished: ${first.name}${others}${first.log === '' ? '' : ` (${first.log})`}`,
    cause: `The platform’s migration ${first.name} is unfinished: tables and rights may be missing.`,
    next: 'Mend what it says, note in the platform’s checkout that it is rolled back, and run the migrations again.',
    type: [
      inCheckout(`pnpm exec prisma migrate resolve --rolled-back ${quotedForShell(first.name)}`, around),
      inCheckout('pnpm prisma:migrate:deploy', around),
    ],
    details: [
      {
        title: 'Migrations of the platform that are unfinished',
        columns: ['Schema', 'Migration', 'Begun', 'What it said'],
        rows: broken.map(({ schema, name, startedAt, log }) => [schema, name, startedAt.toISOString(), log]),
      },
    ],
  };
}

/** What our user lacks on the platform’s tables. */
export function rightsStep({ asked, user }: DatabaseExam, judging: Judging): Step {
  const sight = asked?.rights;
  if (!sight) return skipped(RIGHTS, judging.failed);
  if (!sight.isAnswered) return unasked(RIGHTS, sight);
  const absent = sight.tables.filter(({ isThere }) => !isThere).map(nameOf);
  if (absent.length > 0) return tablesMissing(absent, judging);
  const lacking = sight.tables.filter(({ maySeeSchema, missing }) => !maySeeSchema || missing.length > 0);
  if (lacking.length === 0) return { ...RIGHTS, state: 'ok', says: `“${user}” has what CapOps needs` };
  return {
    ...RIGHTS,
    state: 'wrong',
    says: `“${user}” lacks some on ${lacking.map(nameOf).join(', ')}`,
    cause: `Permission denied: the user “${user}” lacks rights on ${lacking.map(nameOf).join(', ')}.`,
    next: 'Give it those, as the owner of the tables.',
    type: grants(lacking, user),
  };
}

function tablesMissing(absent: readonly string[], around: Around): Step {
  return {
    ...RIGHTS,
    state: 'wrong',
    says: `Not there: ${absent.join(', ')}`,
    cause: `The platform’s database lacks ${absent.join(', ')}: its migrations have not run there, or it is another database.`,
    next: 'Check DATABASE_URL; where it is right, run the platform’s migrations.',
    type: [inCheckout('pnpm prisma:migrate:deploy', around)],
  };
}

function grants(lacking: readonly TableRights[], user: string): string[] {
  const role = quotedName(user);
  const schemas = new Set(lacking.filter(({ maySeeSchema }) => !maySeeSchema).map(({ schema }) => schema));
  return [
    ...[...schemas].map((schema) => `GRANT USAGE ON SCHEMA ${schema} TO ${role};`),
    ...lacking
      .filter(({ missing }) => missing.length > 0)
      .map(({ schema, table, missing }) => `GRANT ${missing.join(', ')} ON ${schema}.${table} TO ${role};`),
  ];
}

function nameOf({ schema, table }: TableRights): string {
  return `${schema}.${table}`;
}
