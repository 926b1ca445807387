import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openSlackWeb } from '../../../src/adapters/slack-web.ts';
import { createSlackFace, type SlackFace } from '../../../src/faces/slack/index.ts';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { LOCAL_POLICY } from './bot.ts';
import { type SocketSlack, startSocketSlack } from './socket-slack.ts';

let slack: SocketSlack;
let desk: Desk;
let face: SlackFace;
beforeAll(async () => {
  [slack, desk] = await Promise.all([startSocketSlack(), openDesk({ settings: { policy: LOCAL_POLICY } })]);
  const web = openSlackWeb({ botToken: 'xoxb-bot', apiUrl: slack.apiUrl });
  const quiet = () => undefined;
  const ports = {
    databases: desk.databases,
    cache: undefined,
    directory: undefined,
    clock: { now: () => desk.now },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    settings: { environment: 'test', timeZone: 'UTC', policy: LOCAL_POLICY },
  };
  const config = {
    botToken: 'xoxb-bot',
    apiUrl: slack.apiUrl,
    receiver: { kind: 'socket', appToken: 'xapp-app' },
  } as const;
  face = createSlackFace({ service: desk.service, ports, web, config, announcements: undefined });
});
afterAll(async () => {
  await slack.close();
  await desk.close();
});

const command = (id: string, text: string) => ({
  envelope_id: id,
  type: 'slash_commands',
  accepts_response_payload: true,
  payload: {
    command: '/capops',
    text,
    team_id: 'T0CAPACITY',
    user_id: 'U0VERA',
    user_name: 'vera',
    channel_id: 'C0OPS',
    channel_name: 'ops',
    trigger_id: id,
    response_url: `${new URL(slack.apiUrl).origin}/response/${id}`,
  },
});
const answers = () =>
  slack.calls
    .filter(({ path }) => path.startsWith('/response/'))
    .map(({ path, body }) => `${path} ${JSON.parse(body).text}`);

it('Socket Mode keeps two connections, works on either, and the app’s token stays with opening them', async () => {
  expect(await face.start()).toEqual({});
  expect(slack.sockets).toHaveLength(2);
  const opened = slack.calls.filter(({ path }) => path === '/api/apps.connections.open');
  expect(opened.map(({ token }) => token)).toEqual(['xapp-app', 'xapp-app']);

  const [first, second] = slack.sockets;
  slack.send(first, command('one', 'help'));
  slack.send(second, command('two', 'whoami'));
  await vi.waitFor(() =>
    expect(slack.acknowledged).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ envelope_id: 'one' }),
        expect.objectContaining({ envelope_id: 'two' }),
      ]),
    ),
  );
  await vi.waitFor(() =>
    expect(answers().toSorted()).toEqual([
      '/response/one What you can do with CapOps',
      '/response/two You are vera, viewer in test.',
    ]),
  );

  first?.destroy();
  slack.send(second, command('three', 'whoami'));
  await vi.waitFor(() => expect(answers()).toContain('/response/three You are vera, viewer in test.'));
  expect(
    slack.calls.filter(({ path }) => path.startsWith('/response/')).every(({ token }) => token === undefined),
  ).toBe(true);

  await face.stop();
  await vi.waitFor(() => expect(slack.sockets).toEqual([]));
});
