import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Delivery } from '../../../workbench/slack/state.ts';
import { type TcpProxy, tcpProxy } from '../../setup/tcp-proxy.ts';
import { type Bot, OPS, openBot } from './bot.ts';

/** How long the ledger is silent where it comes back. */
const SILENT_MS = 500;

describe.each(['http', 'socket'] as const)('over %s', (receiver) => {
  let bot: Bot;
  let ledger: TcpProxy;
  beforeAll(async () => {
    ledger = await tcpProxy(Number(new URL(inject('postgresUrl')).port));
    bot = await openBot({ receiver, through: (url, database) => (database === 'ledger' ? ledger.through(url) : url) });
    await bot.desk.airports('LHR');
  });
  afterAll(async () => {
    await ledger.pass();
    await bot.close();
    await ledger.close();
  });
  beforeEach(async () => {
    bot.forget();
    await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
    await bot.desk.ledger('TRUNCATE runs CASCADE');
  });
  afterEach(() => ledger.pass());

  const omar = () => bot.slack.as('U0OMAR');
  const audits = () => bot.desk.platform('SELECT 1 FROM entitlement.entitlement_audits');

  /** The four ways to ask for one change; what leads there is done before. */
  const WAYS: Record<string, () => Promise<() => Promise<Delivery | undefined>>> = {
    command: async () => () => omar().command(OPS, '/capops grant LHR work'),
    click: async () => {
      await omar().command(OPS, '/capops grant LHT work');
      const offer = await omar().awaitMessage(OPS, 'Did you mean LHR');
      await bot.settled();
      return () => omar().click(offer, 'Yes, LHR');
    },
    form: async () => {
      const asker = omar();
      await asker.command(OPS, '/capops grant LHR');
      await asker.nextView();
      await bot.settled();
      return async () => (await asker.submit({ module: ['work'] })).delivery;
    },
    message: async () => () => omar().message(omar().direct, 'grant LHR work'),
  };

  it.each(Object.keys(WAYS))('a %s that asks for a change is stored before it is acknowledged', async (way) => {
    const ask = await WAYS[way]?.();
    ledger.hang();
    const asked = ask?.();
    await sleep(SILENT_MS);
    expect(await audits()).toEqual([]);
    await ledger.pass();
    const delivery = await asked;
    expect(delivery).toMatchObject({ status: 200 });
    expect(delivery?.ms).toBeGreaterThan(SILENT_MS - 50);
    expect(delivery?.ms).toBeLessThan(SILENT_MS + 1_500);
    await expect.poll(async () => (await audits()).length).toBe(1);
  });

  it.each(Object.keys(WAYS))(
    'a %s is acknowledged and clearly refused where the ledger does not answer',
    async (way) => {
      const ask = await WAYS[way]?.();
      ledger.hang();
      const delivery = await ask?.();
      expect(delivery).toMatchObject({ status: 200 });
      expect(delivery?.error).toBeUndefined();
      expect(delivery?.ms).toBeLessThan(2_900);
      const place = way === 'message' ? omar().direct : OPS;
      await omar().awaitMessage(place, 'CapOps’ own record (the ledger) does not answer');
      expect(await audits()).toEqual([]);
    },
  );

  it('what asks for no change is acknowledged and answered at once meanwhile', async () => {
    ledger.hang();
    for (const typed of ['org LHR', 'help', 'grnat LHR', 'grant LHR work --untill 2027-01-01']) {
      bot.forget();
      expect((await omar().command(OPS, `/capops ${typed}`)).ms).toBeLessThan(900);
      await omar().nextMessage(OPS, { timeoutMs: 2_500 });
    }
    const asker = omar();
    expect((await asker.command(OPS, '/capops grant LHR')).ms).toBeLessThan(900);
    expect((await asker.nextView()).title).toBe('Grant module');
  });
});

it('what the ledger takes too late is refused for good, and nobody is told twice', async () => {
  const bot = await openBot();
  await bot.desk.airports('LHR');
  const other = new Client({ connectionString: bot.desk.ledgerUrl });
  await other.connect();
  await other.query('BEGIN; LOCK TABLE runs IN ACCESS EXCLUSIVE MODE');
  const omar = bot.slack.as('U0OMAR');
  const delivery = await omar.command(OPS, '/capops grant LHR work');
  expect(delivery.ms).toBeLessThan(2_900);
  await omar.awaitMessage(OPS, 'CapOps’ own record (the ledger) does not answer');
  await other.query('COMMIT');
  await other.end();
  const stored = `SELECT state, request FROM runs WHERE delivery_key = 'command:${delivery.payload.trigger_id}'`;
  await expect.poll(() => bot.desk.ledger(stored)).toEqual([{ state: 'refused', request: null }]);
  await bot.slack.redeliver(delivery);
  await omar.awaitMessage(OPS, 'This request came in before and was refused.');
  expect(await bot.desk.platform('SELECT 1 FROM entitlement.entitlement_audits')).toEqual([]);
  await bot.close();
});

it('somebody whom Slack’s directory is slow to name is acknowledged without it, and on record by their name', async () => {
  const bot = await openBot();
  await bot.desk.airports('LHR');
  bot.slack.failNext('users.info', { delayMs: 900 });
  const omar = bot.slack.as('U0OMAR');
  const delivery = await omar.message(omar.direct, 'grant LHR work');
  expect(delivery?.ms).toBeLessThan(850);
  await omar.awaitMessage(omar.direct, 'now has work');
  expect(await bot.desk.ledger('SELECT actor_name FROM runs')).toEqual([{ actor_name: 'omar' }]);
  await bot.close();
});
