import { describe, expect, test } from 'vitest';
import { addressOf, onServer } from '../setup/database.ts';
import { said } from './desk.ts';
import { beside, between, codes, confirmed, done } from './restore-ground.ts';

const schemas = async (ground: Awaited<ReturnType<typeof between>>) =>
  (
    await ground.platform(
      `SELECT regexp_replace(nspname, '_\\d{8}t\\d{6}z$', '') AS name FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' ORDER BY 1`,
    )
  ).map(({ name }) => name);

describe('a restore within the live database', () => {
  test('moves the schemas aside in one transaction, and is undone by moving them back', async () => {
    const ground = await between();
    await onServer(); // The extension below lives in public, as on the platform.
    await ground.platform('CREATE EXTENSION pgcrypto WITH SCHEMA public');
    const words = await done(ground, 'restore latest --in-place');
    expect(words).toContain('The platform could be used throughout.');
    expect(await codes(ground)).toEqual(['LHR']);
    expect(await beside(ground)).toEqual([]);
    expect(await schemas(ground)).toEqual(
      expect.arrayContaining(['entitlement', 'entitlement_before', 'public', 'public_before']),
    );
    expect(await ground.platform(`SELECT length(public.gen_salt('md5')) > 0 AS works`)).toEqual([{ works: true }]);
    expect((await ground.types((await import('./desk.ts')).OMAR, 'grant LHR assets')).kind).toBe('done');
    await done(ground, 'undo-restore');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await schemas(ground)).not.toContain('public_before');
    expect(await ground.platform(`SELECT length(public.gen_salt('md5')) > 0 AS works`)).toEqual([{ works: true }]);
  });

  test('that fails at its end leaves everything as it was', async () => {
    const ground = await between();
    await ground.ledger(`UPDATE backups SET manifest = jsonb_set(manifest, '{tables,public.organizations}', '7')`);
    const before = await schemas(ground);
    expect(said(await confirmed(ground, 'restore latest --in-place'))).toContain(
      'public.organizations has 1 rows instead of 7',
    );
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await schemas(ground)).toEqual(before);
    expect(addressOf('x')).toBeTruthy();
  });

  test('is chosen by itself where the user may make no database, and is said before', async () => {
    const ground = await between({ restores: {} });
    const live = new URL(ground.platformUrl).pathname.slice(1);
    expect(live).toMatch(/^platform_/);
  });
});
