import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sight } from '../../workbench/page-data.ts';
import { pageRoutes } from '../../workbench/page-server.ts';
import { slackWithApp } from './bolt-app.ts';

const page = new Map([['/index.html', '<title>CapOps local Slack</title>']]);
const commands = [{ command: '/capops', description: 'Everything', hint: 'help' }];
let slack: Awaited<ReturnType<typeof slackWithApp>>;

beforeEach(async () => {
  const routes = pageRoutes(page, commands);
  slack = await slackWithApp((app) => app.command('/capops', ({ ack }) => ack('Private')), { routes });
});
afterEach(() => slack.end());

/** The server-sent events of one page, one after the other. */
async function* sights(as: string): AsyncGenerator<Sight> {
  const { body } = await fetch(`${slack.url}/page/sight?as=${as}`);
  let text = '';
  for await (const part of body ?? []) {
    text += Buffer.from(part).toString('utf8');
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events.filter((one) => one.startsWith('data: '))) yield JSON.parse(event.slice(6));
  }
}

const act = (what: object, headers: Record<string, string> = {}) =>
  fetch(`${slack.url}/page/act`, { method: 'POST', headers, body: JSON.stringify(what) });

test('a page sees all that its person sees, and then what changes', async () => {
  const [ada, vera] = [sights('U0ADA'), sights('U0VERA')];
  const first = (await ada.next()).value as Sight;
  expect(first).toMatchObject({ first: true, commands, messages: [] });
  expect(first.channels.map(({ id }) => id)).toEqual(['C0OPS', 'C0RANDOM', 'D0ADA']);
  await vera.next();
  await act({ as: 'U0ADA', do: 'command', channel: 'C0OPS', text: '/capops' });
  const second = (await ada.next()).value as Sight;
  expect(second.messages).toMatchObject([{ text: 'Private', ephemeral: true }]);
  const third = ada.next();
  await act({ as: 'U0ADA', do: 'hide', message: second.messages[0]?.ts });
  expect((await third).value).toMatchObject({ first: false, messages: [], gone: [second.messages[0]?.ts] });
  expect(((await vera.next()).value as Sight).messages).toEqual([]);
  await Promise.all([ada.return(undefined), vera.return(undefined)]);
});

test('the page comes with a policy that lets no other script run', async () => {
  const answer = await fetch(slack.url);
  expect(await answer.text()).toContain('CapOps local Slack');
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
});

test('another page cannot act, and an act that says nothing is refused', async () => {
  const command = { as: 'U0ADA', do: 'command', channel: 'C0OPS', text: '/capops' };
  expect((await act(command, { origin: 'https://evil.example' })).status).toBe(403);
  expect(slack.deliveries('command')).toEqual([]);
  expect((await act({ as: 'U0ADA', do: 'nonsense' })).status).toBe(400);
  expect((await act({ ...command, as: 'U0NOBODY' })).status).toBe(400);
});

test('a file goes up by its name and comes down as an attachment', async () => {
  const address = `${slack.url}/page/files?as=U0ADA&name=${encodeURIComponent('Zürich.csv')}`;
  const kept = await fetch(address, { method: 'POST', body: 'name,code' });
  const { id, size } = (await kept.json()) as { id: string; size: number };
  expect(size).toBe(9);
  await act({ as: 'U0ADA', do: 'message', channel: 'D0ADA', text: '', files: [id] });
  expect(slack.as('U0ADA').sees('D0ADA')).toMatchObject([{ files: [{ name: 'Zürich.csv', content: 'name,code' }] }]);
  const given = await fetch(`${slack.url}/page/files/${id}`);
  expect(given.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''Z%C3%BCrich.csv");
});

test('what is unread is counted for each person until they read it', async () => {
  await act({ as: 'U0ADA', do: 'message', channel: 'C0RANDOM', text: 'Good morning', files: [] });
  const vera = sights('U0VERA');
  const unread = ({ channels }: Sight) => channels.find(({ id }) => id === 'C0RANDOM')?.unread;
  expect(unread((await vera.next()).value as Sight)).toBe(1);
  await act({ as: 'U0VERA', do: 'read', channel: 'C0RANDOM' });
  expect(unread((await vera.next()).value as Sight)).toBe(0);
  await vera.return(undefined);
});

test('behind the scenes stands what went to and fro, and later only what is new', async () => {
  await act({ as: 'U0ADA', do: 'command', channel: 'C0OPS', text: '/capops' });
  const traffic = async (since: number) =>
    (await (await fetch(`${slack.url}/page/traffic?since=${since}`)).json()) as never;
  const all = (await traffic(0)) as { version: number; traffic: { name: string; ms?: number }[] };
  expect(all.traffic).toContainEqual(expect.objectContaining({ name: 'command', ms: expect.any(Number) }));
  expect(await traffic(all.version)).toEqual({ version: all.version, traffic: [] });
});
