import { describe, expect, test } from 'vitest';
import type { Ground } from './backup-ground.ts';
import { beside, between, codes, done } from './restore-ground.ts';
import { afterItsTime, nextStart } from './restore-truth.ts';

// Restores of what is not shaped as the live database is, and restores upon restores.

const schemas = async (ground: Ground) =>
  (
    await ground.platform(
      `SELECT regexp_replace(nspname, '_\\d{8}t\\d{6}z$', '') AS name FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' ORDER BY 1`,
    )
  ).map(({ name }) => String(name));
const inUse = async (ground: Ground) => (await schemas(ground)).filter((name) => !/_(before|undone)$/.test(name));

describe('a restore within the live database', () => {
  test('is undone whole, though the backup lacks one schema, brings another, and more came since', async () => {
    const first = (ground: Ground) =>
      ground.platform(
        'CREATE TABLE public.mother AS SELECT 1 AS n; CREATE TABLE public.child () INHERITS (public.mother); INSERT INTO child VALUES (2)',
      );
    const ground = await between({ first: async (ground) => void (await first(ground)) });
    await ground.platform('DROP SCHEMA work CASCADE; CREATE SCHEMA later; CREATE TABLE later.t AS SELECT 1 AS n');
    const before = await schemas(ground);
    await done(ground, 'restore latest --in-place');
    expect(await inUse(ground)).toEqual(expect.arrayContaining(['public', 'work']));
    expect(await inUse(ground)).not.toContain('later');
    await ground.platform('CREATE SCHEMA since');
    await done(ground, 'undo-restore');
    expect(await inUse(ground)).toEqual(before);
    expect(await ground.platform('SELECT n FROM later.t')).toEqual([{ n: 1 }]);
    await afterItsTime(ground);
    expect(await schemas(ground)).toEqual(before);
  });

  test('leaves nothing aside in the backups of that time, which are restored beside and within', async () => {
    const ground = await between();
    await done(ground, 'restore latest --in-place');
    expect(await done(ground, 'backup')).toMatch(/"Left out","assets_before_\w+, .* which a restore has put aside"/);
    const [{ manifest } = {}] = await ground.ledger('SELECT manifest FROM backups ORDER BY taken_at DESC LIMIT 1');
    expect(manifest).toMatchObject({ leftOut: expect.arrayContaining([expect.stringMatching(/^public_before_/)]) });
    expect(JSON.stringify(Object.keys((manifest as { tables: object }).tables))).not.toContain('_before_');
    ground.now = new Date(ground.now.getTime() + 60_000);
    await done(ground, 'restore latest --in-place');
    const words = await done(ground, 'restore latest');
    expect(words).toContain('definitions are the same, to the letter.');
    expect(await schemas(ground)).toEqual(['assets', 'entitlement', 'public', 'work']);
  });

  test('of which nothing is left knows afterwards how it went', async () => {
    const ground = await between();
    const all = (await schemas(ground)).map((name) => `DROP SCHEMA ${name} CASCADE`);
    await ground.platform(all.join('; '));
    await done(ground, 'restore latest --in-place --without-safety-backup');
    await ground.ledger(`UPDATE restores SET step = 'filling'`);
    expect((await nextStart(ground)).join()).toContain('was cut off, and is in place');
    await done(ground, 'undo-restore');
    expect(await inUse(ground)).toEqual(['public']);
  });
});

describe('a restore upon another', () => {
  test('that is undone brings back what the one before has put aside, which still goes when its time is over', async () => {
    const ground = await between();
    const before = await schemas(ground);
    await done(ground, 'restore latest --in-place');
    ground.now = new Date(ground.now.getTime() + 60_000);
    await done(ground, 'restore latest --keep-old 7d');
    await afterItsTime(ground);
    expect(await schemas(ground)).toEqual(before);
    await done(ground, 'undo-restore');
    expect(await schemas(ground)).toContain('public_before');
    await afterItsTime(ground);
    expect([await schemas(ground), await beside(ground)]).toEqual([before, []]);
    expect(await ground.ledger('SELECT FROM restores WHERE ended_at IS NULL')).toEqual([]);
  });

  test('whose undoing was cut off before its switch leaves both to be undone, one after the other', async () => {
    const ground = await between();
    await done(ground, 'restore latest');
    await ground.ledger(`UPDATE restores SET undone = database || '_undone_20261122t140000z'`);
    ground.now = new Date(ground.now.getTime() + 60_000);
    await ground.airports('CDG');
    await done(ground, 'restore latest');
    await nextStart(ground);
    await done(ground, 'undo-restore');
    expect(await codes(ground)).toEqual(['CDG', 'LHR']);
    await done(ground, 'undo-restore');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    await afterItsTime(ground);
    expect(await beside(ground)).toEqual([]);
  });
});
