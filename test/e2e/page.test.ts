import { expect } from 'vitest';
import { callSlack, postAsApp } from './post.ts';
import { inBrowser, setStage } from './stage.ts';

const stage = setStage();
const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

const text = (words: string) => ({ type: 'raw_text', text: words });
const BLOCKS = [
  { type: 'header', block_id: 'h', text: { type: 'plain_text', text: 'A morning at Heathrow' } },
  {
    type: 'data_visualization',
    block_id: 'chart',
    title: 'Checks an hour',
    chart: {
      type: 'line',
      axis_config: { categories: ['06', '07', '08', '09'] },
      series: [{ name: 'ok', data: [3, 9, 12, 7].map((value, at) => ({ label: `0${at + 6}`, value })) }],
    },
  },
  {
    type: 'table',
    block_id: 't',
    rows: [
      [text('Gate'), text('State')],
      [text('A1'), text('open')],
    ],
  },
  {
    type: 'data_table',
    block_id: 'dt',
    caption: 'Flights by gate',
    page_size: 2,
    rows: [
      [text('Gate'), text('Flights')],
      ...[9, 31, 4, 12].map((value, at) => [text(`A${at + 1}`), { type: 'raw_number', value, text: String(value) }]),
    ],
  },
  {
    type: 'section',
    block_id: 'o',
    text: { type: 'mrkdwn', text: 'Hello <@U0OMAR> in <#C0OPS>, *bold* and `code`' },
    accessory: {
      type: 'overflow',
      action_id: 'more',
      options: ['One', 'Two'].map((word) => ({ text: { type: 'plain_text', text: word }, value: word })),
    },
  },
];

inBrowser('charts, tables and menus are drawn, by day and by night', async () => {
  postAsApp(stage.slack, { text: 'Blocks', blocks: BLOCKS });
  const omar = await stage.visit('U0OMAR', 'C0RANDOM', { viewport: { width: 1100, height: 1000 } });
  const message = omar.message('A morning at Heathrow');
  await message.getByText('Checks an hour').waitFor();
  const rows = message.getByRole('table', { name: 'Flights by gate' }).getByRole('row');
  await message.getByRole('button', { name: 'Flights' }).click();
  expect(await rows.nth(1).textContent()).toContain('4');
  await omar.press('Next', message);
  expect(await rows.nth(2).textContent()).toContain('31');
  await omar.shoot('blocks');
  await omar.page.emulateMedia({ colorScheme: 'dark' });
  await omar.press('More', message);
  await message.getByRole('menuitem', { name: 'Two' }).waitFor();
  await omar.shoot('blocks-dark');
  await omar.page.keyboard.press('Escape');
  await omar.leave();
});

inBrowser('the foundation works on a phone', async () => {
  const omar = await stage.visit('U0OMAR', 'C0OPS', PHONE);
  await omar.say('/capops org LHR');
  await omar.message('London Heathrow').waitFor();
  await omar.shoot('phone');
  await omar.press('Grant access');
  await omar.form.waitFor();
  await omar.shoot('phone-form');
  await omar.press('Cancel', omar.form);
  await omar.page.getByRole('button', { name: 'Channels and people' }).click();
  await omar.page.getByRole('navigation').getByRole('button', { name: /^Vera/ }).waitFor();
  await omar.shoot('phone-menu');
  const width = await omar.page.evaluate('document.documentElement.scrollWidth');
  expect(width).toBe(390);
  await omar.leave();
});

inBrowser('a thread stands beside its channel, takes replies and refuses commands', async () => {
  const ts = postAsApp(stage.slack, { text: 'Shall we?' });
  postAsApp(stage.slack, { text: 'First reply', threadTs: ts });
  const omar = await stage.visit('U0OMAR', 'C0RANDOM');
  await omar.press('1 reply');
  const thread = omar.page.getByRole('complementary', { name: 'Thread' });
  await thread.getByText('First reply').waitFor();
  const box = thread.getByRole('textbox', { name: 'Reply to the thread' });
  await box.fill('/capops orgs');
  await box.press('Enter');
  await thread.getByRole('alert').waitFor();
  await box.fill('Second reply');
  await box.press('Enter');
  await omar.page.getByRole('button', { name: '2 replies' }).waitFor();
  await omar.shoot('thread');
  await omar.page.keyboard.press('Escape');
  await thread.waitFor({ state: 'detached' });
  expect(stage.slack.deliveries('command').map(({ payload }) => payload.text)).not.toContain('orgs');
  await omar.leave();
});

inBrowser('behind the scenes stand deliveries, their times, the JSON, and what Slack refuses', async () => {
  const omar = await stage.visit('U0OMAR');
  await omar.press('Behind the scenes');
  await omar.say('/capops whoami');
  await omar.message('You are omar').waitFor();
  const panel = omar.page.getByRole('complementary', { name: 'Behind the scenes' });
  await panel
    .getByText(/acknowledged in \d/)
    .first()
    .waitFor();
  const tooLong = { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } };
  await callSlack(stage.slack, 'chat.postMessage', { text: 'too long', blocks: [tooLong] });
  await panel.getByText('[ERROR] must be less than 151 characters', { exact: false }).last().waitFor();
  await panel.getByText('command', { exact: true }).first().click();
  expect(await panel.getByText('"text": "whoami"').isVisible()).toBe(true);
  await omar.shoot('behind-the-scenes');
  await omar.leave();
});

inBrowser('a message that the app changes changes in place, and one that it takes back goes', async () => {
  const ts = postAsApp(stage.slack, { text: 'Working on it' });
  const ada = await stage.visit('U0ADA', 'C0RANDOM');
  await ada.message('Working on it').waitFor();
  await callSlack(stage.slack, 'chat.update', { ts, text: 'All done' });
  await ada.message('All done').waitFor();
  expect(await ada.page.getByText('Working on it').count()).toBe(0);
  await callSlack(stage.slack, 'chat.delete', { ts });
  await ada.page.getByText('All done').waitFor({ state: 'detached' });
  await ada.leave();
});

inBrowser('what is acknowledged too late is answered in Slack’s words', async () => {
  const { slack } = stage;
  const vera = await stage.visit('U0VERA');
  slack.holdAcks('command');
  await vera.say('/capops whoami');
  await slack.until(() => slack.deliveries('command').some(({ ms }) => ms === undefined));
  slack.turnClock(3_001);
  await vera.message('operation_timeout').waitFor();
  expect(await vera.message('operation_timeout').textContent()).toContain('Slackbot');
  await vera.leave();
});
