import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { OPERATIONS } from '../../../src/ops/index.ts';
import { typedExample } from '../../../src/ops/service/input.ts';
import { type Bot, OPS, openBot } from './bot.ts';

/** A platform at its worst: every IATA code, names that do not end and mean something to Slack, a long history. */
const NAME = '<!channel> & "Ünïcödé" *bold* 🛫 العربية ';
const WORLD = `
  INSERT INTO public.organizations (id, name, code, "updatedAt")
    SELECT 'id-' || a || b || c, a || b || c || ' ' || repeat('${NAME}', CASE a || b || c WHEN 'LHR' THEN 200 ELSE 4 END), a || b || c, now()
    FROM (SELECT chr(n) a FROM generate_series(65, 90) n) x, (SELECT chr(n) b FROM generate_series(65, 90) n) y,
      (SELECT chr(n) c FROM generate_series(65, 90) n) z;
  INSERT INTO entitlement.entitlements (id, organization_id, module_key, valid_until, updated_at)
    SELECT id || m, id, m, now() + interval '20 days', now()
    FROM public.organizations, unnest(ARRAY['assets', 'work', 'capacity', 'planning', 'monitoring']) m;
  INSERT INTO entitlement.entitlement_audits
      (id, entitlement_id, organization_id, module_key, action, new_value, performed_by, reason)
    SELECT 'audit-' || n, 'id-LHRwork', 'id-LHR', 'work', 'updated', '{"status": "active"}', repeat('who ', 500),
      repeat('why ', 1000) FROM generate_series(1, 500) n`;

const bad = Array.from({ length: 120 }, (_, n) => `"${'x'.repeat(900)}",${n},"nothing,${'y'.repeat(300)}"`);
const everything = Array.from({ length: 17_576 }, (_, n) => {
  const letter = (place: number) => String.fromCharCode(65 + (Math.floor(n / 26 ** place) % 26));
  return `"${'A very long name '.repeat(12)}",${letter(2)}${letter(1)}${letter(0)},all`;
});

/** What is typed for each operation, besides its own example. */
const TYPED: Record<string, readonly string[]> = {
  'list-orgs': ['orgs', 'orgs --module work', 'orgs --expiring 30', 'orgs bold', `orgs ${'z'.repeat(300)}`],
  'show-org': ['org LHR', 'org QQQQ', `org ${'w'.repeat(190)}`],
  'create-org': ['create-org', `create-org name "${'n'.repeat(900)}" code LHR`],
  'grant-module': ['grant', 'grant LHR all until 2026-11-30', `grant LHR ${'work,'.repeat(40)}${'m'.repeat(400)}`],
  'revoke-module': ['revoke', `revoke LHR all because ${'reason '.repeat(250)}`],
  'bulk-import': ['import'],
  help: ['help', 'help grant', `help ${'h'.repeat(500)}`, 'x'.repeat(2_000)],
};

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
  await bot.desk.platform(WORLD);
}, 60_000);
afterAll(() => bot.close());
beforeEach(() => bot.forget());

it.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
  'whatever %s has to say keeps within Slack’s limits',
  { timeout: 60_000 },
  async (name, operation) => {
    const ada = bot.slack.as('U0ADA');
    for (const typed of [typedExample(operation, 'slack'), ...(TYPED[name] ?? [])]) {
      const before = shown();
      await ada.command(OPS, `/capops ${typed}`);
      await bot.slack.until(() => shown() > before, { timeoutMs: 20_000 });
      while (ada.view()) await ada.dismiss();
    }
    expect(bot.slack.keptLimits().message).toBeGreaterThan(0);
  },
);

it.each([
  ['120 bad lines', bad],
  ['17,576 lines', everything],
])('a file of %s is answered within Slack’s limits', { timeout: 60_000 }, async (_, lines) => {
  const ada = bot.slack.as('U0ADA');
  await ada.message(ada.direct, '', [
    { name: `${'f'.repeat(200)}.csv`, content: ['name,code,modules', ...lines].join('\n') },
  ]);
  await ada.nextMessage(ada.direct, { timeoutMs: 30_000 });
  await bot.settled();
  expect(bot.slack.keptLimits().message).toBeGreaterThan(0);
});

it('menus and the home tab keep within Slack’s limits', { timeout: 60_000 }, async () => {
  const ada = bot.slack.as('U0ADA');
  await ada.command(OPS, '/capops grant');
  await ada.nextView();
  for (const typed of ['', 'bold', 'LH']) {
    // A busy machine may not give a menu its options in time; the next letter typed asks again.
    await expect.poll(async () => (await ada.choices('org', typed)).length, { timeout: 15_000 }).toBeGreaterThan(0);
  }
  for (const id of ['U0ADA', 'U0OMAR', 'U0VERA', 'U0NILS', 'U0GUEST']) {
    await bot.slack.as(id).openHome();
    await bot.slack.until(() => bot.slack.as(id).home());
  }
  expect(bot.slack.keptLimits().options).toBeGreaterThan(2);
});

/** Messages and forms, private ones included. */
function shown(): number {
  return bot.slack.keptLimits().message + bot.slack.keptLimits().view;
}
