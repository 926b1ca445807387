import { expect, test } from 'vitest';
import { announce } from '../../../src/faces/slack/announce.ts';
import type { Desk } from '../../../src/faces/slack/desk.ts';
import { OMAR } from '../../ops/desk.ts';

test('a person whose message Slack is slow to take holds up neither the channel nor others', async () => {
  const told: string[] = [];
  const isChannelTold = Promise.withResolvers<void>();
  const postMessage = async ({ channel }: { channel: string }) => {
    if (channel === 'U0ADA') await isChannelTold.promise;
    told.push(channel);
    if (channel === 'C0OPS') isChannelTold.resolve();
    return { channel, ts: '1' };
  };
  const desk = { web: { client: { chat: { postMessage } } }, announcements: 'C0OPS' } as unknown as Desk;
  const report = { tone: 'done', title: '', announcement: 'did it', announceTo: ['U0ADA', 'U0EVE'] } as const;
  const outcome = { kind: 'done', runId: '', report, data: undefined, repeated: false } as const;
  const asker = { userId: 'U0OMAR', userName: 'omar', teamId: 'T0TEAM', actor: OMAR };
  expect(await announce(desk, asker, outcome)).toBe('told');
  expect(told.toSorted()).toEqual(['C0OPS', 'U0ADA', 'U0EVE']);
  expect(told.at(-1)).toBe('U0ADA');
}, 2_000);
