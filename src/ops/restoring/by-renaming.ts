import type { Knex } from 'knex';
import { besideName, besideTail, isAside } from '../../domain/beside-name.ts';
import { type Aside, dropAsideSql, putBackSql } from '../../domain/in-place-sql.ts';
import type { Restore } from '../../models/restore.ts';
import { hasSchema, nameSettled, runAsOne, schemaNames } from '../../models/schemas-aside.ts';
import { freeMoment } from './free-moment.ts';
import type { Placement } from './placement.ts';

/** Within the live database, where the server allows no other: its schemas change their names. */
export function byRenaming(platform: Knex): Placement {
  const standsAside = async (name: string | undefined) => name !== undefined && hasSchema(platform, name);
  // The backup may have brought others than were there, or fewer, and more may have come since.
  const present = async () => (await schemaNames(platform)).filter((name) => !isAside(name));
  const undoneSince = async ({ undone }: Restore) => {
    const tail = undone && besideTail('undone', new Date(undone));
    return tail ? (await schemaNames(platform)).filter((name) => name.endsWith(tail)) : [];
  };
  return {
    settled: async (restore) => {
      for (const { aside } of asideOf(restore).schemas.slice(0, 1)) await nameSettled(platform, aside);
    },
    isLive: async (restore) => standsAside(asideOf(restore).schemas[0]?.aside),
    isKept: async (restore) => standsAside(asideOf(restore).schemas[0]?.aside),
    isUndone: async (restore) => (await undoneSince(restore)).length > 0,
    undoneName: async (_, from) => {
      const schemas = await present();
      const namesAt = (at: Date) => namedAside(schemas, 'undone', at).map(({ aside }) => aside);
      return (await freeMoment(from, namesAt, standsAside)).toISOString();
    },
    putBack: async (restore, undone) => {
      const began = performance.now();
      const now = namedAside(await present(), 'undone', new Date(undone));
      await runAsOne(platform, putBackSql(asideOf(restore), now));
      return Math.round(performance.now() - began);
    },
    remove: async (restore) => {
      const kept = asideOf(restore).schemas.map(({ aside }) => aside);
      const names = restore.step === 'undone' ? await undoneSince(restore) : kept;
      if (!(await standsAside(names[0]))) return false;
      await runAsOne(platform, dropAsideSql(names));
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

function asideOf({ aside }: Restore): Aside {
  if (!aside) throw new Error('a restore within the live database has moved something aside');
  return aside;
}
