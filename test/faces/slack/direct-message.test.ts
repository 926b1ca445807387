import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bot, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
  await bot.desk.airports('LHR');
});
afterAll(() => bot.close());
beforeEach(async () => {
  bot.forget();
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await bot.desk.ledger('TRUNCATE runs CASCADE');
});

const as = (id: string) => bot.slack.as(id);
const codes = async () =>
  (await bot.desk.platform('SELECT code FROM public.organizations ORDER BY code')).map(({ code }) => code);

describe('a direct message', () => {
  it('is taken as a command, with “/capops” before it or not', async () => {
    const vera = as('U0VERA');
    await vera.message(vera.direct, 'org LHR');
    expect((await vera.nextMessage(vera.direct)).plain).toContain('LHR (LHR Airport)');
    await vera.message(vera.direct, '/capops whoami');
    expect((await vera.nextMessage(vera.direct)).plain).toContain('You are vera, viewer in staging.');
  });

  it('that is no command is answered with a way on', async () => {
    const vera = as('U0VERA');
    await vera.message(vera.direct, 'hello there');
    const answer = await vera.nextMessage(vera.direct);
    expect(answer.plain).toContain('There is no command “hello”');
    await vera.click(answer, 'Help');
    expect((await vera.awaitMessage(vera.direct, 'What you can do')).plain).toContain('/capops orgs');
  });

  it('that lacks words offers the form as a button', async () => {
    const omar = as('U0OMAR');
    await omar.message(omar.direct, 'grant LHR');
    await omar.click(await omar.nextMessage(omar.direct), 'Open the form');
    expect((await omar.nextView()).title).toBe('Grant module');
  });

  it('that Slack delivers again is answered once', async () => {
    const vera = as('U0VERA');
    const delivery = await vera.message(vera.direct, 'whoami');
    await vera.awaitMessage(vera.direct, 'You are');
    if (delivery) await bot.slack.redeliver(delivery, { headers: { 'x-slack-retry-num': '1' } });
    await sleep(200);
    expect(vera.sees(vera.direct).filter(({ plain }) => plain.includes('You are'))).toHaveLength(1);
  });

  it('of a bot, or an edit, is ignored', async () => {
    const omar = as('U0OMAR');
    const delivery = await omar.message(omar.direct, 'whoami');
    await omar.awaitMessage(omar.direct, 'You are');
    const event = delivery?.payload.event as object;
    bot.forget();
    for (const odd of [{ bot_id: 'B0CAPOPS' }, { subtype: 'message_changed' }, { channel_type: 'channel' }]) {
      Object.assign(event, { ts: `1.${Object.keys(odd)}` });
      const payload = { ...delivery?.payload, event_id: `Ev${JSON.stringify(odd)}`, event: { ...event, ...odd } };
      await bot.slack.deliver('event', payload);
    }
    await omar.message(omar.direct, 'help');
    await omar.awaitMessage(omar.direct, 'What you can do');
    expect(omar.sees(omar.direct).filter(({ user }) => user !== 'U0OMAR')).toHaveLength(1);
  });

  it('with a CSV file is an import: a preview, then a button, then the answer in its place', async () => {
    const ada = as('U0ADA');
    await ada.message(ada.direct, '', [
      { name: 'airports.csv', content: 'name,code,modules\nOslo,OSL,work\nZurich,ZRH,"work,assets"\n' },
    ]);
    const preview = await ada.awaitMessage(ada.direct, 'Import 2 organisations');
    expect(await codes()).toEqual(['LHR']);
    const button = preview.blocks
      .flatMap(({ elements }) => elements ?? [])
      .find(({ text }) => text?.text.startsWith('Import'));
    expect(button?.confirm?.text.text).toMatch(/^staging: Import 2 organisations/);
    await ada.click(preview, button?.action_id ?? '');
    const done = await ada.awaitMessage(
      ada.direct,
      (one) => one.ts === preview.ts && one.edited && !one.plain.includes('Import 2'),
    );
    expect(done.plain).toMatch(/2/);
    expect(await codes()).toEqual(['LHR', 'OSL', 'ZRH']);
    expect(bot.announcements()).toHaveLength(1);
    await ada.click(preview, button?.action_id ?? '');
    await ada.awaitMessage(ada.direct, /came in before|there already/);
    expect(ada.sees(ada.direct).find(({ ts }) => ts === preview.ts)?.plain).toBe(done.plain);
    expect(bot.announcements()).toHaveLength(1);
    await bot.desk.platform("DELETE FROM public.organizations WHERE code <> 'LHR'");
  });

  it('with a file that is none of CapOps’ says what it takes', async () => {
    const ada = as('U0ADA');
    await ada.message(ada.direct, '', [{ name: 'holiday.png', content: 'x' }]);
    expect((await ada.nextMessage(ada.direct)).plain).toContain('no use for “holiday.png”');
  });

  it('with a file of somebody without the role is refused', async () => {
    const vera = as('U0VERA');
    await vera.message(vera.direct, '', [{ name: 'airports.csv', content: 'name,code,modules\nOslo,OSL,work\n' }]);
    expect((await vera.nextMessage(vera.direct)).plain).toContain('needs the role');
    expect(await codes()).toEqual(['LHR']);
  });
});

describe('the import form', () => {
  it('previews in direct messages, and says so where it was asked for', async () => {
    const ada = as('U0ADA');
    await ada.command(OPS, '/capops import');
    const form = await ada.nextView();
    expect(form).toMatchObject({ title: 'Bulk import', submit: 'Preview' });
    await ada.submit({ file: { name: 'airports.csv', content: 'name,code,modules\nOslo,OSL,work\nBad,B4D,work\n' } });
    await ada.awaitMessage(OPS, 'in your direct messages');
    const preview = await ada.awaitMessage(ada.direct, 'B4D');
    expect(preview.ephemeral).toBe(false);
  });

  it('takes nobody else’s file', async () => {
    const [ada, omar] = [as('U0ADA'), as('U0OMAR')];
    await omar.message('C0RANDOM', 'mine', [{ name: 'secret.csv', content: 'name,code,modules\nOslo,OSL,work\n' }]);
    const [file] = [...bot.slack.workspace.state.files.values()].filter(({ name }) => name === 'secret.csv');
    const delivery = await ada.message(ada.direct, '', [{ name: 'own.csv', content: 'name,code,modules\n' }]);
    const event = {
      ...(delivery?.payload.event as object),
      ts: '1.000001',
      files: [{ id: file?.id, name: 'secret.csv' }],
    };
    await bot.slack.deliver('event', { ...delivery?.payload, event_id: 'EvShared', event });
    await ada.awaitMessage(ada.direct, 'somebody else’s');
    expect(await codes()).toEqual(['LHR']);
  });

  it('asks for the file whatever is typed: Slack has no names of files', async () => {
    const ada = as('U0ADA');
    for (const typed of ['airports.csv', 'file=/etc/passwd skip-invalid', '--file F0123']) {
      await ada.command(OPS, `/capops import ${typed}`);
      expect((await ada.nextView()).blocks.map(({ block_id }) => block_id)).toContain('file');
      await ada.dismiss();
    }
    expect(ada.sees(OPS)).toEqual([]);
  });
});

describe('a mention', () => {
  it('in a channel is answered with help, privately', async () => {
    const vera = as('U0VERA');
    await vera.message(OPS, '@capops what can you do?');
    expect(await vera.awaitMessage(OPS, 'What you can do')).toMatchObject({ ephemeral: true });
  });
});

describe('the home tab', () => {
  it('says who you are and offers what you may do', async () => {
    const omar = as('U0OMAR');
    await omar.openHome();
    await bot.slack.until(() => omar.home());
    const home = omar.home();
    expect(home?.plain).toContain('You are omar, operator in staging.');
    expect(home?.plain).toContain('Everything else is typed: /capops and a word in a channel');
    if (home) await omar.click(home, 'Grant module');
    expect((await omar.nextView()).title).toBe('Grant module');
    await omar.submit({ org: 'LHR', module: ['work'] });
    await omar.awaitMessage(omar.direct, 'now has work');
  });

  it('offers nothing to somebody without a role', async () => {
    const nils = as('U0NILS');
    await nils.openHome();
    await bot.slack.until(() => nils.home());
    expect(nils.home()?.plain).toContain('You may not use CapOps in staging.');
    expect(nils.home()?.plain).not.toContain('What you may do');
  });
});
