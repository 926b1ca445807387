import { describe, expect, test } from 'vitest';
import { OMAR, said } from './desk.ts';
import { beside, between, codes, done } from './restore-ground.ts';

describe('a drill', () => {
  test('proves a backup by restoring it, switching it in and back, and leaves nothing behind', async () => {
    const checks = [
      { name: 'Heathrow is there', sql: `SELECT count(*) = 1 FROM public.organizations WHERE code = 'LHR'` },
    ];
    const ground = await between({ settings: { drillChecks: checks } });
    const words = await done(ground, 'drill');
    expect(words).toMatch(/Backup \w{8} of .* is proven: it was restored whole in \d+ seconds?\./);
    expect(words).toContain('1 check of capops.yml holds.');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(await beside(ground)).toEqual([]);
    expect(await ground.ledger('SELECT proven_at IS NOT NULL AS proven FROM backups')).toEqual([{ proven: true }]);
    expect(await ground.ledger('SELECT is_proven, ended_at IS NOT NULL AS tidy FROM drills')).toEqual([
      { is_proven: true, tidy: true },
    ]);
    expect(said(await ground.types(OMAR, 'digest'))).toContain('Last proven restore');
  });

  test('of what capops.yml does not find in it proves nothing', async () => {
    const checks = [
      { name: 'Singapore is there', sql: `SELECT count(*) = 1 FROM public.organizations WHERE code = 'SIN'` },
      {
        name: 'nothing is written',
        sql: `WITH gone AS (DELETE FROM public.organizations RETURNING 1) SELECT true FROM gone`,
      },
    ];
    const ground = await between({ settings: { drillChecks: checks } });
    const words = said(await ground.types(OMAR, 'drill'));
    expect(words).toContain('“Singapore is there” answers false, and not true');
    expect(words).toContain('“nothing is written” fails: ');
    expect(await ground.ledger('SELECT proven_at FROM backups')).toEqual([{ proven_at: null }]);
    expect(await beside(ground)).toEqual([]);
  });
});
