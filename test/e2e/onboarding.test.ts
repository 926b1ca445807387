import { expect } from 'vitest';
import { inBrowser, setStage } from './stage.ts';

const stage = setStage();
const organisation = async (code: string) => {
  const [row] = await stage.platform('SELECT id, name FROM public.organizations WHERE code = $1', [code]);
  if (!row) return undefined;
  const modules = await stage.platform(
    'SELECT module_key FROM entitlement.entitlements WHERE organization_id = $1 ORDER BY module_key',
    [row.id],
  );
  return { name: row.name, modules: modules.map(({ module_key }) => module_key) };
};

inBrowser('an airport is onboarded by a form; a taken code is mended under its field', async () => {
  const ada = await stage.visit('U0ADA');
  await ada.say('/capops create-org');
  await ada.field('Name').fill('Bergen Flesland');
  await ada.field('IATA code').fill('osl');
  await ada.form.getByRole('checkbox', { name: 'Assets' }).check();
  await ada.form.getByRole('checkbox', { name: 'Work' }).check();
  await ada.press('Create org', ada.form);
  const mistake = ada.form.getByRole('alert');
  await mistake.waitFor();
  expect(await mistake.textContent()).toContain('Oslo Gardermoen');
  expect(await ada.field('IATA code').getAttribute('aria-invalid')).toBe('true');
  expect(await ada.field('Name').inputValue()).toBe('Bergen Flesland');
  await ada.shoot('taken-code');
  await ada.field('IATA code').fill('BGO');
  await ada.press('Create org', ada.form);
  await ada.form.waitFor({ state: 'detached' });
  await ada.message('BGO (Bergen Flesland)').waitFor();
  await ada.shoot('onboarded');
  expect(await organisation('BGO')).toEqual({ name: 'Bergen Flesland', modules: ['assets', 'work'] });
  await ada.leave();
});

inBrowser('what is required is asked for before anything is sent', async () => {
  const ada = await stage.visit('U0ADA');
  await ada.say('/capops create-org');
  await ada.field('Name').fill('Nowhere');
  const sent = stage.slack.deliveries('view_submission').length;
  await ada.press('Create org', ada.form);
  await ada.form.getByText('Please complete this required field.').waitFor();
  expect(stage.slack.deliveries('view_submission')).toHaveLength(sent);
  await ada.press('Cancel', ada.form);
  await ada.form.waitFor({ state: 'detached' });
  await ada.leave();
});

inBrowser('a whole grant needs no mouse, and the focus comes back to where it was', async () => {
  const omar = await stage.visit('U0OMAR');
  const { keyboard } = omar.page;
  await omar.page.getByRole('textbox', { name: 'Message to #ops' }).focus();
  await keyboard.type('/');
  await omar.page.getByRole('option', { name: /^\/capops/ }).waitFor();
  await keyboard.press('Tab');
  await keyboard.type('gr');
  await omar.page.getByRole('option', { name: /\/capops grant/ }).waitFor();
  await omar.shoot('completion');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await keyboard.press('Enter');
  await omar.form.waitFor();
  // The cursor stands in the organisation's field.
  await keyboard.type('zürich');
  await omar.form.getByRole('option', { name: 'ZRH · Zürich' }).waitFor();
  await keyboard.press('Enter');
  await keyboard.press('Tab'); // over “Clear Organisation”
  await keyboard.press('Tab');
  await keyboard.press('Space');
  await omar.shoot('keyboard-only');
  await keyboard.press('Enter');
  await omar.form.waitFor({ state: 'detached' });
  await omar.message('ZRH (Zürich)').waitFor();
  const focused = await omar.page.evaluate('document.activeElement?.getAttribute("aria-label")');
  expect(focused).toBe('Message to #ops');
  await omar.leave();
});

inBrowser('Escape leaves a form, and the button that opened it has the focus again', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops org OSL');
  const button = omar.page.getByRole('button', { name: 'Grant access' }).last();
  await button.focus();
  await omar.page.keyboard.press('Enter');
  await omar.form.waitFor();
  expect(await omar.field('Organisation').inputValue()).toBe('OSL · Oslo Gardermoen');
  await omar.page.keyboard.press('Escape');
  await omar.form.waitFor({ state: 'detached' });
  expect(await omar.page.evaluate('document.activeElement?.textContent')).toBe('Grant access');
  await omar.leave();
});

inBrowser('a shortening asked for in a form is offered on top of it, and what was filled in stays', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops grant AMS');
  await omar.form.getByRole('checkbox', { name: 'Assets' }).check();
  await omar.field('Last day of access').fill(new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10));
  await omar.press('Grant', omar.form);
  await omar.form.getByRole('button', { name: /^Shorten to / }).waitFor();
  await omar.shoot('shorten-in-form');
  await omar.press('Back', omar.form);
  await omar.form.getByRole('checkbox', { name: 'Assets' }).waitFor();
  expect(await omar.form.getByRole('checkbox', { name: 'Assets' }).isChecked()).toBe(true);
  await omar.press('Cancel', omar.form);
  await omar.leave();
});
