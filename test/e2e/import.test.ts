import { expect } from 'vitest';
import { inBrowser, setStage } from './stage.ts';
import type { Visitor } from './visitor.ts';

const stage = setStage();

/** Q00 … as letters: codes that no airport of the demo has. */
const codeOf = (index: number) => `Q${String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26))}`;
const airports = Array.from({ length: 300 }, (_, index) => `Airport ${index + 1},${codeOf(index)},assets;work`);

/** Drops a file on the open channel, as a mouse would. */
async function drop({ page }: Visitor, name: string, content: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([name, content]) => {
      const { DataTransfer, File } = globalThis as unknown as Record<string, new (...given: unknown[]) => never>;
      const transfer = new (DataTransfer as unknown as new () => { items: { add(file: unknown): void } })();
      transfer.items.add(new (File as unknown as new (...given: unknown[]) => unknown)([content], name));
      return transfer;
    },
    [name, content] as const,
  );
  const log = page.getByRole('log', { name: 'Messages' });
  await log.dispatchEvent('dragover', { dataTransfer: transfer });
  await log.dispatchEvent('drop', { dataTransfer: transfer });
  await page.getByRole('button', { name: `Remove ${name}` }).waitFor();
}

const imported = () =>
  stage.platform(
    `SELECT count(DISTINCT organizations.id)::int AS airports, count(*)::int AS modules
     FROM public.organizations JOIN entitlement.entitlements ON organization_id = organizations.id
     WHERE name LIKE 'Airport %'`,
  );

inBrowser('300 airports arrive by a dropped file, after its mistakes are mended', async () => {
  const omar = await stage.visit('U0OMAR', 'D');
  const wrong = airports
    .with(41, 'Airport 42,Q4P,assets')
    .with(77, `Airport 78,${codeOf(77)},assets;catering`)
    .with(120, airports[12] ?? '');
  await drop(omar, 'airports.csv', ['name,code,modules', ...wrong].join('\n'));
  await omar.page.getByRole('button', { name: 'Send', exact: true }).click();
  const problems = omar.message('Nothing will be imported like this');
  await problems.getByText('catering').first().waitFor();
  await omar.shoot('import-problems');
  expect(await problems.textContent()).toContain('Q4P');
  expect(await imported()).toEqual([{ airports: 0, modules: 0 }]);

  await drop(omar, 'airports-mended.csv', ['name,code,modules', ...airports].join('\n'));
  await omar.page.getByRole('button', { name: 'Send', exact: true }).click();
  const preview = omar.message('airports-mended.csv would');
  const button = preview.getByRole('button', { name: 'Import 300 organisations' });
  await button.waitFor();
  await omar.shoot('import-preview');
  await button.click();
  await omar.press('Import 300 organisations', omar.form);
  await omar.message(/Imported 300 organisations/i).waitFor();
  await omar.shoot('imported');
  expect(await imported()).toEqual([{ airports: 300, modules: 600 }]);
  await omar.leave();
});

inBrowser('the form takes a file too, and its preview waits in the direct messages', async () => {
  const ada = await stage.visit('U0ADA');
  await ada.say('/capops import');
  await ada.form.waitFor();
  const file = { name: 'one.csv', mimeType: 'text/csv', buffer: Buffer.from('name,code,modules\nBodø,BOO,work\n') };
  await ada.form.locator('input[type=file]').setInputFiles(file);
  await ada.form.getByText('one.csv').waitFor();
  await ada.shoot('import-form');
  await ada.press('Preview', ada.form);
  await ada.form.waitFor({ state: 'detached' });
  const entry = ada.page.getByRole('navigation').getByRole('button', { name: /^CapOps/ });
  await entry.getByText('unread').waitFor({ state: 'attached' });
  await ada.shoot('unread');
  await entry.click();
  await ada.message('Bodø').or(ada.message('one.csv would')).first().waitFor();
  await entry.getByText('unread').waitFor({ state: 'detached' });
  expect(await stage.platform(`SELECT FROM public.organizations WHERE code = 'BOO'`)).toEqual([]);
  await ada.leave();
});
