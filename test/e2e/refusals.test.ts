import { expect } from 'vitest';
import { inBrowser, setStage } from './stage.ts';

const stage = setStage();
const changes = () =>
  stage.platform(`SELECT count(*)::int FROM entitlement.entitlement_audits WHERE performed_by <> 'demo'`);

inBrowser('Vera may look, and is told which role a change needs', async () => {
  const vera = await stage.visit('U0VERA');
  await vera.say('/capops grant LHR work');
  await vera.message('operator').waitFor();
  await vera.say('/capops org LHR');
  await vera.message('London Heathrow').getByRole('table').waitFor();
  // What she may not do is not offered to her.
  expect(await vera.page.getByRole('button', { name: 'Grant access' }).count()).toBe(0);
  await vera.shoot('vera');
  await vera.page.getByRole('navigation').getByRole('button', { name: 'Home tab' }).click();
  await vera.page.getByText('viewer in demo').waitFor();
  await vera.shoot('vera-home');
  expect(await changes()).toEqual([{ count: 0 }]);
  await vera.leave();
});

inBrowser('Nils may do nothing, wherever he tries', async () => {
  const nils = await stage.visit('U0NILS');
  await nils.say('/capops orgs');
  await nils.message('Only visible to you').waitFor();
  await nils.say('/capops');
  await nils.page
    .getByRole('navigation')
    .getByRole('button', { name: /^CapOps/ })
    .click();
  await nils.say('grant LHR work');
  await nils.message('CapOps').filter({ hasNotText: 'grant LHR work' }).waitFor();
  await nils.page.getByRole('navigation').getByRole('button', { name: /ops/ }).first().click();
  await nils.shoot('nils');
  await nils.page.getByRole('navigation').getByRole('button', { name: 'Home tab' }).click();
  await nils.page.getByText('You may not use CapOps').waitFor();
  await nils.shoot('nils-home');
  expect(await changes()).toEqual([{ count: 0 }]);
  await nils.leave();
});

inBrowser('a channel that is not allowed takes no command of anybody', async () => {
  const ada = await stage.visit('U0ADA', 'C0RANDOM');
  await ada.say('/capops grant LHR work');
  await ada.message('Only visible to you').waitFor();
  await ada.shoot('another-channel');
  expect(await changes()).toEqual([{ count: 0 }]);
  await ada.leave();
});

inBrowser('a typing error is answered with what was meant', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops gront LHR work');
  await omar.message('Did you mean “grant”').waitFor();
  await omar.say('/capops grant LHT work');
  await omar.message('Did you mean LHR').waitFor();
  await omar.say('/capops grant LHR work until 2024-12-31');
  await omar.message('has already passed').waitFor();
  await omar.shoot('typing-errors');
  expect(await changes()).toEqual([{ count: 0 }]);
  await omar.leave();
});
