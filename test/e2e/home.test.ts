import { expect } from 'vitest';
import { inBrowser, setStage } from './stage.ts';

const stage = setStage();
const TALL = { viewport: { width: 1100, height: 1500 } };

inBrowser('the home tab shows how everything stands, and what is done from it shows there', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops revoke LHR work because it moved');
  await omar.message('waits for a second person').waitFor();
  await omar.leave();
  const ada = await stage.visit('U0ADA', 'C0OPS', TALL);
  await ada.page.getByRole('navigation').getByRole('button', { name: 'Home tab' }).click();
  const home = ada.page.getByRole('region', { name: 'Home tab' });
  await home.getByText('1 request of others.').waitFor();
  await home.getByText('There is no good one yet.').waitFor();
  await ada.shoot('home');
  await home.getByRole('button', { name: /^Deny / }).click();
  await ada.field('Reason').fill('It stays');
  await ada.press('Deny', ada.form);
  await home.getByText('Nothing.', { exact: true }).waitFor();
  expect(await home.getByRole('button', { name: /^Approve [0-9a-f]/ }).count()).toBe(0);
  await ada.page.emulateMedia({ colorScheme: 'dark' });
  await ada.shoot('home-after');
  await ada.leave();
});
