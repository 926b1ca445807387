import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { itNeeds } from '../../setup/it-needs.ts';
import { runCli } from '../../setup/run-cli.ts';
import { sitDown } from './pseudo-terminal.ts';

let desk: Desk;
let folder: string;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'capops-import-'));
  await desk.platform('TRUNCATE public.organizations, entitlement.entitlements');
  writeFileSync(join(folder, 'good.csv'), 'name,code,modules\nParis,CDG,work\nOslo,OSL,all\n');
  writeFileSync(join(folder, 'bad.csv'), 'name,code,modules\nParis,CDG,work\nNowhere,C1,work\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const type = (...words: string[]) => runCli(words, { cwd: folder, env: { DATABASE_URL: desk.platformUrl } });
const codes = async () =>
  (await desk.platform('SELECT code FROM public.organizations ORDER BY code')).map(({ code }) => code);

describe('bulk-import in the terminal', () => {
  test('shows the plan with --dry-run, and does it with --yes', async () => {
    const plan = await type('bulk-import', 'good.csv', '--dry-run');
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('good.csv would import 2 organisations') });
    expect(await codes()).toEqual([]);
    expect(await type('import', 'good.csv', '--yes', '--format', 'json')).toMatchObject({ code: 0 });
    expect(await codes()).toEqual(['CDG', 'OSL']);
    expect(await type('import', 'good.csv', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing to import'),
    });
  });

  test('refuses a file with bad lines, and imports the good ones with --skip-invalid', async () => {
    const refused = await type('import', 'bad.csv', '--yes');
    expect(refused).toMatchObject({ code: 2, stdout: expect.stringContaining('“C1”') });
    expect(await codes()).toEqual([]);
    expect(await type('import', 'bad.csv', '--skip-invalid', '--yes')).toMatchObject({ code: 0 });
    expect(await codes()).toEqual(['CDG']);
    const [rejected = ''] = readdirSync(folder).filter((name) => !['good.csv', 'bad.csv'].includes(name));
    expect(readFileSync(join(folder, rejected), 'utf8')).toContain('Nowhere,C1,work');
  });

  test('says what is wrong with a file that is not there', async () => {
    const { code, stderr } = await type('import', 'missing.csv', '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('The file missing.csv does not exist.');
  });

  itNeeds('script', 'asks at a terminal, naming the environment, and takes no for an answer', async () => {
    const person = sitDown(`import '${join(folder, 'good.csv')}'`, { DATABASE_URL: desk.platformUrl });
    await person.reads('Import 2 organisations in development?');
    person.types('n\r');
    const { screen, code } = await person.leaves();
    expect(code).toBe(3);
    expect(screen).toMatch(/Nothing was changed\.\s*$/);
    expect(await codes()).toEqual([]);
  });

  itNeeds('script', 'shows the new plan when the state has moved before the answer', async () => {
    const person = sitDown(`import '${join(folder, 'good.csv')}'`, { DATABASE_URL: desk.platformUrl });
    await person.reads('Import 2 organisations in development?');
    await desk.airports('OSL');
    person.types('y\r');
    await person.reads('The state has changed');
    await person.reads('Import 1 organisation');
    await person.reads('in development?');
    person.types('y\r');
    expect(await person.leaves()).toMatchObject({
      code: 0,
      screen: expect.stringContaining('✓ Imported 1 organisation'),
    });
    expect(await codes()).toEqual(['CDG', 'OSL']);
  });
});
