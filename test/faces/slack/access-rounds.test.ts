import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openReview } from '../../../src/models/access-review.ts';
import { tendAccess } from '../../../src/ops/expiring/tend-access.ts';
import { OPERATIONS } from '../../../src/ops/index.ts';
import { openAccessReview } from '../../../src/ops/open-access-review.ts';
import { tendReview } from '../../../src/ops/reviewing/tend-review.ts';
import { createService } from '../../../src/ops/service/service.ts';
import type { Ports } from '../../../src/ports.ts';
import { TERMINAL } from '../../ops/desk.ts';
import { type Bot, LOCAL_POLICY, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
  bot.desk.now = new Date();
  await bot.desk.airports('AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH', 'III');
});
afterAll(() => bot.close());
beforeEach(async () => {
  bot.forget();
  await bot.desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits');
  await bot.desk.ledger('TRUNCATE runs CASCADE');
});

const as = (id: string) => bot.slack.as(id);
const shown = (title: string) => bot.announcements().find(({ text }) => text?.startsWith(title));

/** What looks after access beside the bot. */
function watch() {
  const quiet = () => undefined;
  const ports: Ports = {
    databases: bot.desk.databases,
    cache: undefined,
    directory: undefined,
    clock: { now: () => bot.desk.now },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    settings: {
      environment: 'staging',
      timeZone: 'Europe/London',
      policy: LOCAL_POLICY,
      access: { remindDaysBefore: [30], channel: OPS },
    },
  };
  return { ports, service: createService(ports, OPERATIONS), announcer: bot.face.announcer };
}

/** A review of every access, posted. */
async function begin(): Promise<void> {
  const watching = watch();
  const operation = openAccessReview;
  await watching.service.execute({ operation, actor: TERMINAL, raw: {} });
  await watching.service.settled();
  await tendReview(watching);
}

const grantAll = (end: string) =>
  bot.desk.platform(
    `INSERT INTO entitlement.entitlements (id, organization_id, module_key, valid_until, updated_at)
     SELECT code, id, 'work', ${end}, now() FROM public.organizations`,
  );

test('a review is worked through by clicks: its message stays, and shows who answered what', async () => {
  await grantAll('NULL');
  const omar = as('U0OMAR');
  await begin();
  const part = await omar.awaitMessage(OPS, 'Access review, part 1 of 2: 0 of 8 answered.');
  // Each organisation's buttons stand below what it has.
  expect(part.plain).toMatch(/AAA \(AAA Airport\): work with no end\..*\nKeep AAA\nSet an end: AAA\nRevoke AAA\n/);
  await omar.click(part, 'Keep AAA');
  await omar.awaitMessage(OPS, 'AAA (AAA Airport) keeps work.');
  await omar.click(part, 'Revoke BBB');
  await omar.awaitMessage(OPS, 'BBB (BBB Airport) no longer has work.');
  await omar.click(part, 'Set an end: CCC');
  expect((await omar.nextView()).blocks.find(({ block_id }) => block_id === 'module')).toMatchObject({
    element: { initial_options: [{ value: 'work' }] },
  });
  expect(shown('Access review, part 1 of 2: 0 of 8')?.ts).toBe(part.ts);
  await tendReview(watch());
  const redrawn = await omar.awaitMessage(OPS, 'Access review, part 1 of 2: 2 of 8 answered.');
  expect(redrawn.ts).toBe(part.ts);
  expect(redrawn.plain).toMatch(/✓ AAA \(AAA Airport\): work kept by omar/i);
  expect(redrawn.plain).not.toContain('Keep AAA');
  expect(redrawn.plain).toContain('Keep DDD');
  expect(shown('Access review of')?.text).toContain('2 answered so far');
  const audits = await bot.desk.platform('SELECT reason FROM entitlement.entitlement_audits');
  expect(audits).toEqual([{ reason: expect.stringMatching(/^the access review of \d.* \[run /) }]);
});

test('a viewer’s click on a review changes nothing', async () => {
  await grantAll('NULL');
  await begin();
  const vera = as('U0VERA');
  const part = await vera.awaitMessage(OPS, 'Access review, part 1 of 2: 0 of 8 answered.');
  await vera.click(part, 'Keep BBB');
  await vera.awaitMessage(OPS, '“keep” needs the role operator');
  expect(await openReview(bot.desk.databases.ledger)).toMatchObject({ answered: 0, unanswered: 9 });
});

test('a reminder extends by a form that is filled in, or is let go by one click', async () => {
  await bot.desk.platform(
    `INSERT INTO entitlement.entitlements (id, organization_id, module_key, valid_until, updated_at)
     VALUES ('x', 'id-AAA', 'work', timezone('UTC', now()) + interval '3 days', now()),
            ('y', 'id-BBB', 'work', timezone('UTC', now()) + interval '3 days', now())`,
  );
  await tendAccess(watch());
  const omar = as('U0OMAR');
  const first = await omar.awaitMessage(OPS, 'Access of AAA (AAA Airport) to work ends in 3 days');
  await omar.click(first, 'Extend');
  const form = await omar.nextView();
  expect(form.title).toBe('Grant module');
  expect(form.blocks.find(({ block_id }) => block_id === 'org')).toMatchObject({
    element: { initial_option: { value: 'AAA' } },
  });
  const second = await omar.awaitMessage(OPS, 'Access of BBB (BBB Airport) to work ends in 3 days');
  await omar.click(second, 'Let it end');
  const answer = await omar.awaitMessage(OPS, 'BBB (BBB Airport) keeps work until');
  expect(answer.ts).toBe(second.ts);
  expect(await bot.desk.ledger('SELECT organisation_id FROM agreed_ends')).toEqual([{ organisation_id: 'id-BBB' }]);
});
