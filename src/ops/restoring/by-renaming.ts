import type { Knex } from 'knex';
import { besideName } from '../../domain/beside-name.ts';
import { type Aside, dropAsideSql, putBackSql } from '../../domain/in-place-sql.ts';
import type { Restore } from '../../models/restore.ts';
import { hasSchema, nameSettled, runAsOne } from '../../models/schemas-aside.ts';
import { freeMoment } from './free-moment.ts';
import type { Placement } from './placement.ts';

/** Within the live database, where the server allows no other: its schemas change their names. */
export function byRenaming(platform: Knex): Placement {
  const standsAside = async (name: string | undefined) => name !== undefined && hasSchema(platform, name);
  return {
    settled: async (restore) => {
      for (const { aside } of asideOf(restore).schemas.slice(0, 1)) await nameSettled(platform, aside);
    },
    isLive: async (restore) => standsAside(asideOf(restore).schemas[0]?.aside),
    isKept: async (restore) => standsAside(asideOf(restore).schemas[0]?.aside),
    undoneName: async ({ aside }, from) => {
      const schemas = aside?.schemas ?? [];
      const namesAt = (at: Date) => undoneSchemas({ schemas }, at.toISOString()).map((one) => one.aside);
      return (await freeMoment(from, namesAt, standsAside)).toISOString();
    },
    putBack: async (restore, undone) => {
      const began = performance.now();
      const aside = asideOf(restore);
      await runAsOne(platform, putBackSql(aside, undoneSchemas(aside, undone)));
      return Math.round(performance.now() - began);
    },
    remove: async (restore) => {
      const aside = asideOf(restore);
      const schemas =
        restore.step === 'undone' && restore.undone ? undoneSchemas(aside, restore.undone) : aside.schemas;
      if (!(await standsAside(schemas[0]?.aside))) return false;
      await runAsOne(platform, dropAsideSql(schemas));
      return true;
    },
    // It was one transaction, and is gone with it.
    discard: async () => undefined,
  };
}

/** What each schema is called while it stands aside. */
export function namedAside(schemas: readonly string[], what: 'before' | 'undone', at: Date): Aside['schemas'] {
  return schemas.map((name) => ({ name, aside: besideName(name, what, at) }));
}

/** Whether a schema's name says that it stands aside already. */
export function isAside(name: string): boolean {
  return /_(before|undone)_\d{8}t\d{6}z$/.test(name);
}

function undoneSchemas({ schemas }: Pick<Aside, 'schemas'>, undone: string): Aside['schemas'] {
  return namedAside(
    schemas.map(({ name }) => name),
    'undone',
    new Date(undone),
  );
}

function asideOf({ aside }: Restore): Aside {
  if (!aside) throw new Error('a restore within the live database has moved something aside');
  return aside;
}
