import { Temporal } from 'temporal-polyfill';
import { expect } from 'vitest';
import { showDate } from '../../src/domain/end-date.ts';
import { inBrowser, setStage } from './stage.ts';

const stage = setStage();
const access = (code: string, module: string) =>
  stage.platform(
    `SELECT status, valid_until::text FROM entitlement.entitlements
     JOIN public.organizations ON organizations.id = organization_id WHERE code = $1 AND module_key = $2`,
    [code, module],
  );
const audits = (code: string, module: string) =>
  stage.platform(
    `SELECT action, performed_by, entitlement_audits.reason FROM entitlement.entitlement_audits
     JOIN public.organizations ON organizations.id = organization_id
     WHERE code = $1 AND module_key = $2 AND performed_by <> 'demo' ORDER BY performed_at`,
    [code, module],
  );

inBrowser('a first grant is answered privately, told in the channel, and stands in the database', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops grant OSL capacity until 2030-03-31');
  await omar.message('OSL (Oslo Gardermoen) now has capacity until 31 Mar 2030').waitFor();
  await omar.message(/@Omar.* gave OSL/).waitFor();
  await omar.press('Show OSL');
  await omar.message('newest first').waitFor();
  await omar.shoot('first-grant');
  expect(await access('OSL', 'capacity')).toEqual([{ status: 'active', valid_until: '2030-03-31 22:59:59.999' }]);
  await omar.leave();
});

inBrowser('a shorter end is refused, and taken after its button has asked', async () => {
  const omar = await stage.visit('U0OMAR');
  // The demo’s own end is 400 days from now.
  const end = Temporal.Now.plainDateISO('Europe/London').add({ days: 100 });
  const shown = showDate(new Date(`${end}T12:00:00Z`), 'Europe/London');
  await omar.say(`/capops grant LHR capacity until ${end}`);
  await omar.message('is earlier').waitFor();
  await omar.press(`Shorten to ${shown}`);
  await omar.form.getByText('Are you sure?').waitFor();
  await omar.shoot('shorten-asks');
  await omar.press('Cancel', omar.form);
  expect(await audits('LHR', 'capacity')).toEqual([]);
  await omar.press(`Shorten to ${shown}`);
  await omar.press(`Shorten to ${shown}`, omar.form);
  await omar.message(`LHR (London Heathrow) now has capacity until ${shown}`).waitFor();
  await omar.shoot('shortened');
  const last = end.toZonedDateTime({ timeZone: 'Europe/London', plainTime: '23:59:59.999' }).toInstant();
  const until = String(last).replace('T', ' ').replace('Z', '');
  expect(await access('LHR', 'capacity')).toEqual([{ status: 'active', valid_until: until }]);
  await omar.leave();
});

inBrowser('a button clicked twice changes access once', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops grant FRA capacity');
  await omar.message('FRA (Frankfurt am Main) now has capacity with no end').waitFor();
  await omar.say('/capops grant FRA capacity until 2030-06-30');
  const button = omar.page.getByRole('button', { name: 'Shorten to 30 Jun 2030' });
  await button.click();
  await omar.press('Shorten to 30 Jun 2030', omar.form);
  const refusal = stage.slack.deliveries('block_actions').at(-1);
  await omar.message('FRA (Frankfurt am Main) now has capacity until 30 Jun 2030').waitFor();
  if (refusal) await stage.slack.redeliver(refusal);
  await omar.message('Nothing was done twice').waitFor();
  await omar.shoot('clicked-twice');
  expect((await audits('FRA', 'capacity')).map(({ action }) => action)).toEqual(['created', 'updated']);
  await omar.leave();
});

inBrowser('revoking asks for a reason and for a second person, who sees what it would do', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops revoke SIN assets');
  await omar.form.waitFor();
  await omar.shoot('revoke-asks');
  await omar.field('Reason').fill('Contract ended');
  await omar.form.getByRole('button', { name: 'Ask for approval' }).click();
  await omar.message('This waits for a second person: Ada').waitFor();
  await omar.message('Omar asks for a second person').waitFor();
  await omar.shoot('revoke-waits');
  const own = omar.message('Omar asks for a second person');
  await omar.press('Approve', own);
  await omar.press('Approve', omar.form);
  await omar.message('You asked for this yourself').waitFor();
  expect(await access('SIN', 'assets')).toMatchObject([{ status: 'active' }]);
  const ada = await stage.visit('U0ADA');
  const request = ada.message('Omar asks for a second person');
  await request.waitFor();
  await ada.shoot('approval');
  await ada.press('Approve', request);
  await ada.press('Approve', ada.form);
  await ada.message('You approved').waitFor();
  await ada.message('Approved: revoke SIN assets').waitFor();
  await ada.shoot('approved');
  await omar.message('no longer has assets').waitFor();
  await omar.shoot('revoked');
  expect(await access('SIN', 'assets')).toMatchObject([{ status: 'suspended' }]);
  expect(await audits('SIN', 'assets')).toMatchObject([
    {
      action: 'suspended',
      performed_by: expect.stringContaining('U0OMAR'),
      reason: expect.stringContaining('Contract ended'),
    },
  ]);
  await Promise.all([omar.leave(), ada.leave()]);
});

inBrowser('help lists what the asker may do, with a way into each', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.say('/capops');
  await omar.message('What you can do').waitFor();
  await omar.shoot('help');
  await omar.say('/capops help grant');
  await omar.message('In the runbook: grant-module').waitFor();
  await omar.shoot('help-grant');
  expect(await omar.message('In the runbook: grant-module').textContent()).toContain('Only visible to you');
  await omar.leave();
});
