import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openJournal } from '../../../src/adapters/journal.ts';
import { tendApprovals } from '../../../src/ops/approving/approval-board.ts';
import { tendEmergencies } from '../../../src/ops/emergencies/tend-emergencies.ts';
import type { Ports } from '../../../src/ports.ts';
import { type TcpProxy, tcpProxy } from '../../setup/tcp-proxy.ts';
import { type Bot, LOCAL_POLICY, OPS, openBot } from './bot.ts';

let bot: Bot;
let ledger: TcpProxy;
const folder = mkdtempSync(join(tmpdir(), 'capops-emergency-'));
beforeAll(async () => {
  ledger = await tcpProxy(Number(new URL(inject('postgresUrl')).port));
  bot = await openBot({
    journal: openJournal({ folder, clock: { now: () => new Date() } }),
    through: (url, database) => (database === 'ledger' ? ledger.through(url) : url),
  });
  bot.policy = LOCAL_POLICY;
  bot.desk.now = new Date();
});
afterAll(async () => {
  await ledger.pass();
  await bot.close();
  await ledger.close();
  rmSync(folder, { recursive: true });
});

const as = (id: string) => bot.slack.as(id);
const ports = (): Ports => ({
  databases: bot.desk.databases,
  cache: undefined,
  directory: undefined,
  clock: { now: () => new Date() },
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  settings: { environment: 'staging', timeZone: 'Europe/London', policy: bot.policy },
});
const board = () => ({ ports: ports(), service: bot.service, announcer: bot.face.announcer, channel: OPS });
const tend = () => tendEmergencies({ ports: ports(), teller: { announcer: bot.face.announcer, channel: OPS } });

it('is asked for in a form; unanswered, whoever asked, the channel and everybody passed over hear of it', async () => {
  const [omar, ada] = [as('U0OMAR'), as('U0ADA')];
  await omar.command(OPS, '/capops emergency-access');
  const form = await omar.nextView();
  expect(form.blocks.map(({ block_id }) => block_id)).toEqual(['about', 'reason', 'hours', 'environment']);
  expect((await omar.submit({ reason: 'help' })).errors).toEqual({ reason: expect.stringContaining('10 characters') });
  expect(await omar.submit({ reason: 'nobody can log in', hours: '2' })).toMatchObject({ closed: true });
  await omar.awaitMessage(OPS, 'This waits for a second person');
  await tendApprovals(board());
  await ada.awaitMessage(OPS, 'asks for a second person');
  await bot.desk.ledger('UPDATE approvals SET expires_at = clock_timestamp()');
  await tendApprovals(board());
  expect((await omar.awaitMessage(OPS, 'Emergency access is open')).ephemeral).toBe(true);
  await tend();
  expect((await ada.awaitMessage(ada.direct, 'without a second person')).plain).toContain('End emergency access');
  expect((await as('U0VERA').awaitMessage(OPS, 'without a second person')).text).toContain('<@U0ADA>');
});

it('once it is over, the review is filled in from the channel, and brings what is on record', async () => {
  const omar = as('U0OMAR');
  await omar.command(OPS, '/capops end-emergency-access because it works again');
  await omar.awaitMessage(OPS, 'Emergency access has ended');
  await bot.settled();
  await tend();
  await omar.click(await omar.awaitMessage(OPS, 'The review is due: what happened'), 'Fill in the review');
  expect((await omar.nextView()).title).toBe('Review emergency');
  await omar.submit({ whatHappened: 'the gateway was down', whatWasDone: 'restarted it' });
  expect((await as('U0VERA').awaitMessage(OPS, 'filled in the review')).text).toContain('the gateway was down');
  const { files } = await omar.awaitMessage(omar.direct, (message) => message.files.length > 0);
  expect(files).toMatchObject([{ content: expect.stringContaining('end-emergency-access') }]);
});

it('while the ledger is down it is given at once, and those passed over are told by the answer', async () => {
  const [omar, ada] = [as('U0OMAR'), as('U0ADA')];
  bot.forget();
  await ledger.refuse();
  await omar.command(OPS, '/capops emergency-access nobody can log in');
  expect((await omar.awaitMessage(OPS, 'has every module until')).ephemeral).toBe(true);
  expect((await ada.awaitMessage(ada.direct, 'opened emergency access')).text).toContain('<@U0OMAR>');
  expect((await ada.awaitMessage(OPS, 'opened emergency access')).text).toContain('nobody can log in');
});
