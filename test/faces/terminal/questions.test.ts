import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { itNeeds } from '../../setup/it-needs.ts';
import { type Person, sitDown } from './pseudo-terminal.ts';

let desk: Desk;
let at: (line: string) => Person;
beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('CDG', 'LHR');
  at = (line) => sitDown(line, { DATABASE_URL: desk.platformUrl });
});
afterAll(() => desk.close());

const access = () =>
  desk.platform('SELECT organization_id, module_key, valid_until FROM entitlement.entitlements ORDER BY module_key');

describe('at a terminal', () => {
  itNeeds('script', 'what is missing is asked for: an organisation by search, modules, and an end', async () => {
    const person = at('grant');
    await person.reads('Organisation');
    person.types('lh');
    await person.reads('❯ LHR  LHR Airport');
    person.types('\r');
    await person.reads('Modules');
    await person.reads('monitoring');
    person.types(' \r');
    await person.reads('Last day of access');
    person.types('2024-12-31\r');
    await person.reads('31 Dec 2024 has already passed');
    person.types(`${'\b'.repeat(10)}2099-12-31\r`);
    await person.reads('The same without questions: pnpm ops grant LHR assets --until 2099-12-31');
    const { screen, code } = await person.leaves();
    expect(screen).toContain('✓ LHR (LHR Airport) now has assets until 31 Dec 2099 (UTC).');
    expect(code).toBe(0);
    expect(await access()).toEqual([
      { organization_id: 'id-LHR', module_key: 'assets', valid_until: new Date('2099-12-31T23:59:59.999Z') },
    ]);
  });

  itNeeds('script', 'Ctrl-C at a question changes nothing', async () => {
    const person = at('create-org');
    await person.reads('Name');
    person.types('Oslo\r');
    await person.reads('IATA code');
    person.types('os\u0003');
    const { screen, code } = await person.leaves();
    expect(code).toBe(130);
    expect(screen).toMatch(/Nothing was changed\.\s*$/);
  });

  itNeeds('script', 'whoever may not do it is told so before the first question', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'capops-policy-'));
    const file = join(folder, 'capops.yml');
    const users = { [userInfo().username]: { role: 'viewer' } };
    writeFileSync(file, JSON.stringify({ environment: 'test', terminal: { users } }), { mode: 0o600 });
    const person = sitDown('grant', { DATABASE_URL: desk.platformUrl, CAPOPS_CONFIG: file });
    const { screen, code } = await person.leaves().finally(() => rmSync(folder, { recursive: true }));
    expect(screen).toContain('“grant” needs the role operator, and you are viewer');
    expect(screen).not.toContain('Organisation');
    expect(code).toBe(3);
  });

  itNeeds('script', 'a table is as wide as the window', async () => {
    await desk.platform(`UPDATE public.organizations SET name = '${'مطار '.repeat(30)}' WHERE code = 'CDG'`);
    const { screen } = await at('orgs').leaves();
    const widths = screen.split('\n').map((line) => line.replaceAll(/[\u2066-\u2069]/g, '').length);
    expect(Math.max(...widths)).toBeGreaterThan(60);
    expect(Math.max(...widths)).toBeLessThanOrEqual(90);
    expect(screen).toContain('\u2068مطار');
  });
});
