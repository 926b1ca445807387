import { describe, expect, test } from 'vitest';
import type { Ground } from './backup-ground.ts';
import { OMAR, said, TERMINAL } from './desk.ts';
import { beside, between, codes, confirmed, done, FORCED } from './restore-ground.ts';
import { someOwner } from './restore-owner.ts';
import { afterItsTime } from './restore-truth.ts';

const schemas = async (ground: Ground) =>
  (
    await ground.platform(
      `SELECT regexp_replace(nspname, '_\\d{8}t\\d{6}z$', '') AS name FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' ORDER BY 1`,
    )
  ).map(({ name }) => name);

const works = `SELECT length(public.gen_salt('md5')) > 0 AS works`;

describe('a restore within the live database', () => {
  test('moves the schemas aside in one transaction, and is undone by moving them back', async () => {
    const ground = await between();
    // It lives in public, and has to stay where the platform finds it.
    await ground.platform('CREATE EXTENSION pgcrypto WITH SCHEMA public');
    const rights = `SELECT nspowner::regrole::text AS owner, nspacl::text AS acl FROM pg_namespace WHERE nspname = 'public'`;
    const before = await ground.platform(rights);
    const words = await done(ground, 'restore latest --in-place');
    expect(words).toContain('The platform could be used throughout.');
    expect(await codes(ground)).toEqual(['LHR']);
    expect(await beside(ground)).toEqual([]);
    expect(await schemas(ground)).toEqual(
      expect.arrayContaining(['entitlement', 'entitlement_before', 'public', 'public_before']),
    );
    expect(await ground.platform(works)).toEqual([{ works: true }]);
    expect(await ground.platform(rights)).toEqual(before);
    expect((await ground.types(OMAR, 'grant LHR assets')).kind).toBe('done');
    await done(ground, 'undo-restore');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await schemas(ground)).not.toContain('public_before');
    expect(await ground.platform(works)).toEqual([{ works: true }]);
  });

  test('that fails at its end leaves everything as it was, and nobody looks for it later', async () => {
    const ground = await between();
    await ground.ledger(`UPDATE backups SET manifest = jsonb_set(manifest, '{tables,public.organizations}', '7')`);
    const before = await schemas(ground);
    const words = said(await confirmed(ground, 'restore latest --in-place'));
    expect(words).toContain('public.organizations has 1 rows instead of 7');
    expect(words).toContain('The platform’s database was not touched.');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await schemas(ground)).toEqual(before);
    expect(await ground.ledger('SELECT step FROM restores')).toEqual([{ step: 'abandoned' }]);
  });

  test('is chosen by itself where the user may make no database, and is said before', async () => {
    const { user, ...owner } = await someOwner();
    const ground = await between(owner);
    const before = await schemas(ground);
    const shown = said(await ground.types(TERMINAL, 'restore latest', FORCED));
    expect(shown).toContain('within the database, in one transaction');
    expect(shown).toContain(`The database’s user ${user} may not make databases (ALTER ROLE … CREATEDB).`);
    await done(ground, 'restore latest');
    expect([await codes(ground), await beside(ground)]).toEqual([['LHR'], []]);
    await done(ground, 'undo-restore');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    ground.now = new Date(ground.now.getTime() + 60_000);
    await done(ground, 'restore latest');
    expect(await schemas(ground)).toEqual(expect.arrayContaining(['public_before', 'public_undone']));
    await afterItsTime(ground);
    expect(await schemas(ground)).toEqual(before);
    expect(await codes(ground)).toEqual(['LHR']);
    const kept = await ground.ledger('SELECT step FROM restores WHERE ended_at IS NULL');
    expect(kept).toEqual([]);
  });
});
