import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { ADA, OMAR, said, TERMINAL } from './desk.ts';
import { beside, between, codes, confirmed, done, FORCED } from './restore-ground.ts';

describe('a restore', () => {
  test('puts the backup in the place of what is live, which is kept, and can be undone', async () => {
    const ground = await between();
    const words = await done(ground, 'restore latest');
    expect(words).toMatch(/platform_\w+ in test is now backup \w{8}\. The platform could not be used for [\d.]+ s\./);
    expect(words).toContain('tables are those of the manifest.');
    expect(words).toContain('definitions are the same, to the letter.');
    expect(await codes(ground)).toEqual(['LHR']);
    expect(await beside(ground)).toEqual(['before']);
    expect(await ground.ledger('SELECT step, unavailable_ms < 2000 AS quick FROM restores')).toEqual([
      { step: 'switched', quick: true },
    ]);
    const undone = await done(ground, 'undo-restore');
    expect(undone).toContain('is as it was before the restore of backup');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await beside(ground)).toEqual(['undone']);
    expect(said(await ground.types(TERMINAL, 'undo-restore'))).toContain('There is no restore to undo');
  });

  test('backs up what is live before, as a safety backup', async () => {
    const ground = await between();
    await done(ground, 'restore latest');
    const kinds = await ground.ledger(`SELECT kind, manifest->>'note' AS note FROM backups ORDER BY taken_at`);
    expect(kinds).toEqual([
      { kind: 'manual', note: null },
      { kind: 'safety', note: 'before a restore' },
    ]);
  });

  test('shows before what would be lost and what would come back', async () => {
    const ground = await between();
    await done(ground, 'revoke LHR work');
    const shown = await ground.types(TERMINAL, 'restore latest', FORCED);
    const words = JSON.stringify(shown);
    expect(shown).toMatchObject({
      kind: 'preview',
      confirmLabel: 'Replace the database',
      confirmWord: expect.stringMatching(/^platform_/),
    });
    expect(words).toMatch(/\["public.organizations","1","2"\]/);
    expect(words).toContain('LHR: work');
    expect(words).toContain('59 minutes ago');
    expect(await beside(ground)).toEqual([]);
  });

  test('shows of what somebody keeps locked what is known of it, and says what is not', async () => {
    const ground = await between();
    await ground.platform('ANALYZE public.organizations');
    const other = new Client({ connectionString: ground.platformUrl });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE public.organizations');
    const words = said(await ground.types(TERMINAL, 'restore latest', FORCED));
    await other.end();
    expect(words).toContain('["public.organizations","1","about 2"]');
    expect(words).toContain('["public.users","0","not known"]');
    expect(words).toContain('what access was taken away since could not be read');
  }, 30_000);

  test('of what is not as its manifest says changes nothing, and leaves nothing behind', async () => {
    const ground = await between();
    await ground.ledger(`UPDATE backups SET manifest = jsonb_set(manifest, '{tables,public.organizations}', '7')`);
    const outcome = await confirmed(ground, 'restore latest');
    expect(said(outcome)).toContain('public.organizations has 1 rows, and had 7');
    expect(said(outcome)).toContain('The live database was not touched.');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await beside(ground)).toEqual([]);
    expect(await ground.ledger('SELECT step FROM restores')).toEqual([{ step: 'abandoned' }]);
  });

  test('of a file that was cut off does not begin', async () => {
    const ground = await between();
    const path = join(ground.elsewhere, 'cut.sql');
    writeFileSync(path, '--\n-- PostgreSQL database dump\n--\nCREATE TABLE a ();\n');
    expect(said(await confirmed(ground, `restore ${path} --accept-foreign`))).toContain('cut off');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    rmSync(path);
  });

  test('of a file that is not ours wants to be told so, and Slack has no files', async () => {
    const ground = await between();
    const path = join(ground.elsewhere, 'old.sql');
    writeFileSync(path, 'SELECT 1;');
    expect(said(await confirmed(ground, `restore ${path}`))).toContain('is not one of CapOps’ own backups');
    expect(said(await ground.types(ADA, `restore ${path}`))).toContain('Files are restored in the terminal');
  });

  test('is for admins, with a second person', async () => {
    const ground = await between();
    expect((await ground.types(OMAR, 'restore latest')).kind).toBe('denied');
    const shown = await ground.types(ADA, 'restore latest');
    if (shown.kind !== 'preview' || shown.confirmation === undefined) throw new Error(said(shown));
    const asked = await ground.types(ADA, 'restore latest', { confirmation: shown.confirmation });
    expect(asked.kind).toBe('awaiting');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
  });

  test('that cannot be backed up before goes on only when told to', async () => {
    const ground = await between();
    const { platform } = ground.backups.sources;
    const inspect = () => Promise.reject(new Error('The database is broken.'));
    ground.backups = { ...ground.backups, sources: { ...ground.backups.sources, platform: { ...platform, inspect } } };
    expect(said(await confirmed(ground, 'restore latest'))).toContain('add --without-safety-backup');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await done(ground, 'restore latest --without-safety-backup')).toContain(
      'could not be backed up: The database is broken.',
    );
    expect(await codes(ground)).toEqual(['LHR']);
  });
});
