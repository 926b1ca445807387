import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../src/ops/index.ts';
import { defineOperation, type Operation } from '../../../src/ops/service/operation.ts';
import type { Report } from '../../../src/ops/service/report.ts';
import type { Message } from '../../../workbench/slack/state.ts';
import { type Bot, OPS, openBot } from './bot.ts';

const REPORT: Report = {
  tone: 'info',
  title: 'All is well.',
  parts: [
    {
      kind: 'chart',
      shape: 'line',
      title: 'Answers within (ms)',
      labels: ['08:00', '09:00'],
      series: [{ name: 'Database', values: [3, 4] }],
    },
  ],
  thread: [
    { tone: 'info', title: 'Backups: one tonight.' },
    {
      tone: 'info',
      title: 'Runs: none failed.',
      offers: [
        { label: 'Show runs', operation: 'runs', input: {} },
        { label: 'Audit', operation: 'audit-verify', input: {} },
      ],
    },
  ],
};
const wide = defineOperation({
  name: 'wide',
  verb: 'wide',
  summary: 'Answer with a chart and a thread',
  role: 'viewer',
  effect: 'reads',
  example: 'wide',
  args: {},
  run: async () => undefined,
  report: () => REPORT,
});

let bot: Bot;
beforeAll(async () => {
  bot = await openBot({ operations: [...OPERATIONS, wide as Operation] });
});
afterAll(() => bot.close());
beforeEach(() => {
  bot.forget();
  bot.complaints.length = 0;
});

const TITLES = ['All is well.', 'Backups: one tonight.', 'Runs: none failed.'];
const all = () => [...bot.slack.workspace.state.messages.values()];
const kinds = ({ blocks }: Message) => (blocks ?? []).map(({ type }) => type);
const post = (to?: string[]) => bot.face.announcer.post(OPS, { operation: wide as Operation, raw: {} }, REPORT, to);

describe('a report with a thread', () => {
  it('that is posted stands in the channel, and the rest in its thread', async () => {
    const { ts } = await post(['U0OMAR']);
    expect(all().map(({ text, threadTs }) => [text, threadTs])).toEqual([
      [`<@U0OMAR> ${TITLES[0]}`, undefined],
      [TITLES[1], ts],
      [TITLES[2], ts],
    ]);
  });

  it('that is posted counts as posted when a reply is not taken, which is logged', async () => {
    bot.slack.failNext('chat.postMessage', {}, 1);
    bot.slack.failNext('chat.postMessage', { error: 'restricted_action' }, 1);
    expect(await post()).toMatchObject({ channel: OPS });
    expect(all().map(({ text }) => text)).toEqual([TITLES[0]]);
    expect(bot.complaints.map(({ message }) => message)).toEqual([
      'a report stands, and Slack did not take all of its thread',
    ]);
  });

  it('that answers somebody in a channel follows in private messages, with the ways on that they may go', async () => {
    const vera = bot.slack.as('U0VERA');
    await vera.command(OPS, '/capops wide');
    await vera.awaitMessage(OPS, 'Runs: none failed.');
    expect(all().map(({ text, ephemeralFor, threadTs }) => [text, ephemeralFor, threadTs])).toEqual(
      TITLES.map((title) => [title, 'U0VERA', undefined]),
    );
    expect(JSON.stringify(all().at(-1)?.blocks)).not.toContain('Show runs');
  });

  it.each(['message', 'command'] as const)('that answers a %s in direct messages is a thread there', async (way) => {
    const omar = bot.slack.as('U0OMAR');
    if (way === 'message') await omar.message(omar.direct, 'wide');
    else await omar.command(omar.direct, '/capops wide');
    await omar.awaitMessage(omar.direct, 'Runs: none failed.');
    const answers = all().filter(({ user }) => user !== 'U0OMAR');
    const [root] = answers;
    expect(answers.map(({ text, threadTs }) => [text, threadTs])).toEqual([
      [TITLES[0], undefined],
      [TITLES[1], root?.ts],
      [TITLES[2], root?.ts],
    ]);
    expect(JSON.stringify(answers.at(-1)?.blocks)).toContain('Show runs');
    expect(JSON.stringify(answers.at(-1)?.blocks)).not.toContain('Audit');
  });
});

describe('a message with a chart that Slack refuses', () => {
  const refuse = (method: string) => bot.slack.failNext(method, { error: 'invalid_blocks' });
  const isPlain = async (place: Message | undefined) => {
    expect(place && kinds(place)).toEqual(['rich_text', 'table']);
    expect(place?.text).toBe('All is well.');
    expect(bot.complaints.map(({ message }) => message)).toEqual([
      'Slack did not take a message with charts; it is said without them',
    ]);
  };

  it('is posted without it, and so it is logged once', async () => {
    refuse('chat.postMessage');
    await post();
    await isPlain(all()[0]);
    expect(all()).toHaveLength(3);
  });

  it('is amended without it', async () => {
    const posted = await post();
    refuse('chat.update');
    await bot.face.announcer.amend(posted, { operation: wide as Operation, raw: {} }, REPORT);
    await isPlain(all()[0]);
    expect(all()).toHaveLength(3);
  });

  it('answers in private without it', async () => {
    const vera = bot.slack.as('U0VERA');
    bot.slack.failNext('response_url', { status: 400 });
    await vera.command(OPS, '/capops wide');
    await vera.awaitMessage(OPS, 'Runs: none failed.');
    await isPlain(all()[0]);
    expect(all()).toHaveLength(3);
  });

  it('is shown with it otherwise', async () => {
    const vera = bot.slack.as('U0VERA');
    await vera.command(OPS, '/capops wide');
    await vera.awaitMessage(OPS, 'Runs: none failed.');
    expect(kinds(all()[0] as Message)).toEqual(['rich_text', 'data_visualization']);
    expect(bot.complaints).toEqual([]);
  });
});
