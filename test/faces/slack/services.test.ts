import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerLine, ContainerSight, Containers } from '../../../src/ports.ts';
import { type Bot, OPS, openBot } from './bot.ts';

/** A service that comes back when the test says so. */
const world = { health: 'healthy' as ContainerSight['health'], restarts: 0, lines: [] as string[] };
const sight = (service: string): ContainerSight => ({
  ...{ id: service, service, name: `planner-${service}-1`, image: `${service}:1`, state: 'running' },
  ...{ health: world.health, startedAt: new Date('2026-11-22T11:00:00Z'), endedAt: undefined, exitCode: undefined },
  ...{ isOutOfMemory: false, restarts: 0, ports: [] },
});
const SERVICES = ['api-gateway', 'web'];
const containers: Containers = {
  list: async () => SERVICES.map(sight),
  restart: async () => {
    world.restarts += 1;
  },
  readLog: async ({ service }, take) => {
    const at = new Date('2026-11-22T11:59:00Z');
    for (const text of world.lines) await take({ service, at, isError: false, text } satisfies ContainerLine);
    return { isPartial: false };
  },
};

let bot: Bot;
beforeAll(async () => {
  const compose = { project: 'planner', services: SERVICES };
  bot = await openBot({ containers: { compose, open: async () => containers } });
});
afterAll(() => bot.close());
beforeEach(() => {
  bot.forget();
  Object.assign(world, { health: 'healthy', restarts: 0, lines: [] });
});
const omar = () => bot.slack.as('U0OMAR');

describe('a restart in Slack', () => {
  it('is asked for in a form that has the services to choose from, and confirmed in direct messages', async () => {
    await omar().command(OPS, '/capops restart');
    const form = await omar().nextView();
    const element = form.blocks.find(({ block_id }) => block_id === 'service')?.element as {
      options: { value: string }[];
    };
    expect(element).toMatchObject({ type: 'static_select' });
    expect(element.options.map(({ value }) => value)).toEqual(SERVICES);
    await omar().submit({ service: 'web', reason: 'it answers 502' });
    const preview = await omar().awaitMessage(omar().direct, 'web would be restarted.');
    expect(world.restarts).toBe(0);
    await omar().click(preview, 'Restart web');
    const done = await omar().awaitMessage(omar().direct, /web is back after \d s, healthy\./);
    expect(done.ts).toBe(preview.ts);
    await bot.slack.until(() => bot.announcements().length === 1);
    expect(bot.announcements()[0]?.text).toMatch(
      /<@U0OMAR> restarted web because it answers 502; web is back after \d s/,
    );
  });
});

describe('a log in Slack', () => {
  it('is for the asker alone, as it was written', async () => {
    world.lines = ['<b>*bold*</b> & _more_'];
    await omar().command(OPS, '/capops logs web');
    const answer = await omar().awaitMessage(OPS, 'web: 1 line.');
    expect(answer.ephemeral).toBe(true);
    expect(answer.plain).toContain('2026-11-22 11:59:00 <b>*bold*</b> & _more_');
  });

  it('that is long comes as a file in direct messages', async () => {
    world.lines = Array.from({ length: 80 }, (_, place) => `line ${place}`);
    await omar().command(OPS, '/capops logs web');
    const answer = await omar().awaitMessage(OPS, 'web: 80 lines.');
    expect(answer.plain).toContain('line 79');
    expect(answer.plain).not.toContain('line 64');
    const file = await omar().awaitMessage(omar().direct, ({ files }) => files.length > 0);
    expect(file.files[0]?.content).toContain('line 0\n');
  });
});

// The last one: the bot takes nothing after it.
it('a stop of the process ends the waiting of a restart, which says what stands', async () => {
  await omar().command(OPS, '/capops restart web');
  const preview = await omar().awaitMessage(OPS, 'web would be restarted.');
  world.health = 'starting';
  await omar().click(preview, 'Restart web');
  await bot.slack.until(() => world.restarts === 1);
  bot.service.stopWaiting();
  await bot.face.stop();
  const answer = await omar().awaitMessage(OPS, 'nobody waited for it to come back');
  expect(answer.plain).toContain('“services” says how it is');
});
