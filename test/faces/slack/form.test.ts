import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Backup } from '../../../src/models/backup.ts';
import { BackupCopy } from '../../../src/models/backup-copy.ts';
import { plantedManifest } from '../../ops/planted-manifest.ts';
import { type Bot, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
  await bot.desk.airports('LHR', 'AMS', 'ZRH');
});
afterAll(() => bot.close());
beforeEach(async () => {
  bot.forget();
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await bot.desk.ledger('TRUNCATE runs CASCADE');
});

const access = () =>
  bot.desk.platform('SELECT module_key, status, valid_until::text FROM entitlement.entitlements ORDER BY module_key');
const as = (id: string) => bot.slack.as(id);
const element = (view: { blocks: { block_id: string; element?: object }[] }, block: string) =>
  view.blocks.find(({ block_id }) => block_id === block)?.element;

describe('a form', () => {
  it('opens for a command without words, names the environment and says what its button does', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant');
    const form = await omar.nextView();
    expect(form).toMatchObject({ title: 'Grant module', submit: 'Grant' });
    expect(form.plain).toContain('Environment: staging');
    expect(form.blocks.map(({ block_id }) => block_id)).toEqual(['about', 'org', 'module', 'until', 'environment']);
  });

  it('opens filled in with the words that are right', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant lhr until 2027-03-31');
    const form = await omar.nextView();
    expect(element(form, 'org')).toMatchObject({
      initial_option: { value: 'LHR', text: { text: 'LHR · LHR Airport' } },
    });
    expect(element(form, 'until')).toMatchObject({ initial_date: '2027-03-31' });
    expect(element(form, 'module')).not.toHaveProperty('initial_options');
  });

  it('opens without the words that are wrong', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant XXX until yesterday');
    const form = await omar.nextView();
    expect(element(form, 'org')).not.toHaveProperty('initial_option');
    expect(element(form, 'until')).not.toHaveProperty('initial_date');
  });

  it('asks for the reason that the terminal may leave out', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops revoke LHR work');
    const form = await omar.nextView();
    expect(element(form, 'module')).toMatchObject({ initial_options: [{ value: 'work' }] });
    const reason = form.blocks.find(({ block_id }) => block_id === 'reason');
    expect(reason).toMatchObject({ optional: false });
  });

  it('finds organisations by code and by a part of the name', async () => {
    await bot.desk.platform("UPDATE public.organizations SET name = 'Amsterdam Schiphol' WHERE code = 'AMS'");
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant');
    await omar.nextView();
    const labels = async (query: string) => (await omar.choices('org', query)).map(({ text }) => text.text);
    expect(await labels('')).toHaveLength(3);
    expect(await labels('schip')).toEqual(['AMS · Amsterdam Schiphol']);
    expect(await labels('zr')).toEqual(['ZRH · ZRH Airport']);
  });

  it('has the good backups to pick from', async () => {
    const id = 'ab12cd34-0000-4000-8000-000000000000';
    const takenAt = new Date('2026-11-21T02:00:00Z');
    const place = { storage: 'local', key: 'backups/nightly.dump.zst' };
    const of = {
      database: 'platform',
      environment: 'test',
      kind: 'nightly',
      takenAt,
      bytes: 5100,
      sha256: 'a'.repeat(64),
    };
    await Backup.enter(bot.desk.databases.ledger, plantedManifest({ id, ...of, ...place }));
    await BackupCopy.enter(bot.desk.databases.ledger, { backupId: id, ...place, state: 'good' });
    const ada = as('U0ADA');
    await ada.command(OPS, '/capops restore');
    const option = {
      value: 'ab12cd34',
      text: { text: 'ab12cd34 · 21 Nov 2026, 02:00 Europe/London, 5.1 KB, nightly' },
    };
    expect(element(await ada.nextView(), 'backup')).toMatchObject({ type: 'external_select' });
    expect(await ada.choices('backup', '21 nov')).toMatchObject([option]);
    expect(await ada.choices('backup', '22 nov')).toEqual([]);
  });

  it('that is submitted closes, does its work, answers where it was asked for, and tells the team', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant');
    await omar.nextView();
    const end = await omar.submit({ org: 'LHR', module: ['work', 'assets'], until: '2027-03-31' });
    expect(end).toMatchObject({ closed: true, errors: {} });
    const answer = await omar.awaitMessage(OPS, 'now has assets and work');
    expect(answer.ephemeral).toBe(true);
    expect(await access()).toMatchObject([{ module_key: 'assets' }, { module_key: 'work' }]);
    expect((await as('U0VERA').awaitMessage(OPS, 'gave LHR')).text).toContain('<@U0OMAR>');
  });

  it('asked for in direct messages is answered there', async () => {
    const omar = as('U0OMAR');
    await omar.command(omar.direct, '/capops grant LHR');
    await omar.nextView();
    await omar.submit({ module: ['work'] });
    expect((await omar.awaitMessage(omar.direct, 'now has work')).ephemeral).toBe(false);
  });

  it('says what is wrong under the field that it is about', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops create-org');
    await omar.nextView();
    const twice = await omar.submit({ name: 'Heathrow', code: 'LHR' });
    expect(twice).toMatchObject({ closed: false });
    expect(twice.errors.code).toContain('LHR exists already');
    const wrong = await omar.submit({ name: 'Heathrow', code: 'L1', until: '2020-01-01' });
    expect(Object.keys(wrong.errors).toSorted()).toEqual(['code', 'until']);
    expect(await access()).toEqual([]);
  });

  it('submitted twice does its work once', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR');
    await omar.nextView();
    const { delivery } = await omar.submit({ module: ['work'] });
    await omar.awaitMessage(OPS, 'now has work');
    expect(delivery && (await bot.slack.redeliver(delivery))).toMatchObject({ status: 200, body: '' });
    await omar.awaitMessage(OPS, 'came in before');
    expect(await bot.desk.platform('SELECT 1 FROM entitlement.entitlement_audits')).toHaveLength(1);
  });

  it('that would shorten access asks first, on a page over it; the button there does it', async () => {
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR work until 2027-12-31');
    await omar.awaitMessage(OPS, 'now has work');
    await omar.command(OPS, '/capops grant LHR');
    await omar.nextView();
    await omar.submit({ module: ['work'], until: '2027-06-30' });
    const page = await omar.awaitView('A grant shortens access only when asked to');
    const button = page.blocks
      .flatMap(({ elements }) => elements ?? [])
      .find(({ text }) => text?.text === 'Shorten to 30 Jun 2027');
    expect(button?.confirm?.text.text).toMatch(/^staging: /);
    await omar.click(page, 'Shorten to 30 Jun 2027');
    await omar.awaitMessage(OPS, 'now has work until 30 Jun 2027');
    await omar.awaitView((view) => view.clearOnClose && view.plain.includes('now has work until 30 Jun 2027'));
    expect(await access()).toMatchObject([{ valid_until: '2027-06-30 22:59:59.999' }]);
  });

  it('that Slack does not open is offered again as a button', async () => {
    bot.slack.failNext('views.open', { error: 'expired_trigger_id' });
    const omar = as('U0OMAR');
    await omar.command(OPS, '/capops grant LHR');
    const answer = await omar.awaitMessage(OPS, 'did not open the form in time');
    await omar.click(answer, 'Open the form');
    expect(element(await omar.nextView(), 'org')).toMatchObject({ initial_option: { value: 'LHR' } });
  });
});
