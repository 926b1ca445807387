import { expect } from 'vitest';
import { inBrowser, setStage } from './stage.ts';

/** Every code of three letters: 17,576 organisations with the demo's airports among them. */
const EVERY_CODE = `
  INSERT INTO public.organizations (id, name, code, "updatedAt")
  SELECT gen_random_uuid(), 'Airfield ' || code, code, now()
  FROM (SELECT chr(65 + a) || chr(65 + b) || chr(65 + c) AS code
        FROM generate_series(0, 25) a, generate_series(0, 25) b, generate_series(0, 25) c) codes
  ON CONFLICT (code) DO NOTHING`;

const stage = setStage(async ({ platform }) => {
  await platform(EVERY_CODE);
});

inBrowser('a picker over 17,576 organisations finds the one that is meant', async () => {
  const [count] = await stage.platform('SELECT count(*)::int FROM public.organizations');
  expect(count).toEqual({ count: 17_576 });
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops grant');
  await omar.field('Organisation').click();
  await omar.field('Organisation').pressSequentially('heathr', { delay: 30 });
  const option = omar.form.getByRole('option', { name: 'LHR · London Heathrow' });
  await option.waitFor();
  await omar.shoot('picker');
  await option.click();
  await omar.form.getByRole('checkbox', { name: 'Planning' }).check();
  await omar.press('Grant', omar.form);
  await omar.message('LHR (London Heathrow) now has planning').waitFor();
  expect(
    await stage.platform(
      `SELECT status FROM entitlement.entitlements JOIN public.organizations ON organizations.id = organization_id
       WHERE code = 'LHR' AND module_key = 'planning'`,
    ),
  ).toEqual([{ status: 'active' }]);
  await omar.leave();
});

inBrowser('a list of all of them turns its pages in place', async () => {
  const vera = await stage.visit('U0VERA');
  await vera.say('/capops orgs');
  await vera.message('17,576').waitFor();
  await vera.shoot('list');
  const messages = await vera.page.getByRole('article').count();
  await vera.page.getByRole('button', { name: /Next/ }).click();
  await vera.page.getByRole('button', { name: 'From the start' }).waitFor();
  await vera.shoot('list-second-page');
  expect(await vera.page.getByRole('article').count()).toBe(messages);
  await vera.leave();
});
