import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openReview } from '../../src/models/access-review.ts';
import { startAccessUpkeep } from '../../src/ops/expiring/access-upkeep.ts';
import type { ScheduleEntry } from '../../src/ports.ts';
import { type AccessGround, openAccessGround } from './access-ground.ts';
import { OMAR, said, TERMINAL, VERA } from './desk.ts';

let ground: AccessGround;
beforeAll(async () => {
  ground = await openAccessGround();
});
afterAll(() => ground.close());
beforeEach(async () => {
  const { desk } = ground;
  await desk.platform(
    'TRUNCATE entitlement.entitlements, entitlement.entitlement_audits; DELETE FROM public.organizations',
  );
  await desk.ledger('TRUNCATE runs CASCADE; TRUNCATE access_reviews CASCADE; TRUNCATE kept_access, access_reminders');
  ground.posts.length = 0;
  ground.beforePost = () => undefined;
  // What the ledger's clock measures is measured from here.
  desk.now = new Date();
});

const FAR = '2098-12-31 23:59:59.999';

/** Some seconds go by. */
const later = (seconds: number) => {
  ground.desk.now = new Date(ground.desk.now.getTime() + seconds * 1000);
};

async function begun(): Promise<void> {
  const outcome = await ground.desk.types(OMAR, 'open-review');
  expect(said(outcome)).toContain('The access review has begun');
  later(5);
  await ground.look();
}

const part = (number: number) => {
  const found = ground.posts.find(({ report }) => report.title.startsWith(`Access review, part ${number} `));
  const lists = (found?.report.parts ?? []).flatMap((one) => (one.kind === 'list' ? one.items : []));
  const abouts = (found?.report.offers ?? []).flatMap(({ about }) => about ?? []);
  return {
    title: found?.report.title,
    lines: [...lists, ...new Set(abouts)],
    offers: (found?.report.offers ?? []).map(({ label }) => label),
    post: found,
  };
};
const parent = () => ground.posts.find(({ under }) => under === undefined)?.report;

describe('the access review', () => {
  test('comes in parts that people can work through, in the thread of one short message', async () => {
    for (const code of 'ABCDEFGHI') await ground.access(code.repeat(3), 'work', FAR);
    await ground.access('AAA', 'assets', null);
    await ground.access('ZZZ', 'work', FAR, 'suspended');
    // Emergency access has a review of its own.
    await ground.access('EMR', 'work', FAR);
    await begun();
    const [first, second, third] = ground.posts;
    expect(ground.posts).toHaveLength(3);
    expect(first).toMatchObject({ channel: 'C0OPS', report: { title: /9 organisations with 10 accesses\.$/ } });
    expect(first?.under).toBeUndefined();
    expect([second?.under, third?.under]).toEqual([first?.ts, first?.ts]);
    expect(part(1)).toMatchObject({ title: 'Access review, part 1 of 2: 0 of 8 answered.' });
    expect(part(1).lines[0]).toBe(
      'AAA (AAA Airport): assets with no end, work until 31 Dec 2098. No change on record.',
    );
    expect(part(1).offers).toHaveLength(24);
    expect(part(2).offers).toEqual(['Keep III', 'Set an end: III', 'Revoke III']);
    expect(JSON.stringify(ground.posts)).not.toMatch(/ZZZ|EMR/);
    await ground.look();
    expect(ground.posts).toHaveLength(3);
  });

  test('keep, set an end and revoke are one answer each, ticked with who and when, on record', async () => {
    for (const code of ['AAA', 'BBB', 'CCC', 'DDD']) await ground.access(code, 'work', null);
    await begun();
    const offers = part(1).post?.report.offers ?? [];
    expect(offers.find(({ label }) => label === 'Set an end: BBB')).toMatchObject({ form: true });
    const press = (label: string) => {
      const offer = offers.find((one) => one.label === label);
      const operation = ground.desk.service.find(offer?.operation ?? '');
      if (!offer || !operation) throw new Error(`no button ${label}`);
      expect(offer.form ?? offer.leavesMessage).toBe(true);
      return ground.desk.service.execute({ operation, actor: OMAR, raw: offer.input });
    };
    expect(said(await press('Keep AAA'))).toContain('AAA (AAA Airport) keeps work.');
    expect((await press('Revoke CCC')).kind).toBe('done');
    expect((await ground.desk.types(OMAR, 'grant BBB work until 2098-12-31 --shorten')).kind).toBe('done');
    await ground.look();
    expect(part(1).title).toBe('Access review, part 1 of 1: 3 of 4 answered.');
    expect(part(1).lines).toEqual([
      expect.stringMatching(/^✓ AAA \(AAA Airport\): work kept by Omar, \d.* Europe\/London$/),
      expect.stringMatching(/^✓ BBB \(BBB Airport\): work changed by slack:U0OMAR, /),
      expect.stringMatching(/^✓ CCC \(CCC Airport\): work changed by slack:U0OMAR, /),
      'DDD (DDD Airport): work with no end. No change on record.',
    ]);
    expect(part(1).offers).toEqual(['Keep DDD', 'Set an end: DDD', 'Revoke DDD']);
    expect(parent()?.title).toMatch(/4 organisations with 4 accesses; 3 answered so far\.$/);
    const audit = await ground.desk.ledger("SELECT operation, actor_id FROM audit_log WHERE operation = 'keep-access'");
    expect(audit).toEqual([{ operation: 'keep-access', actor_id: 'slack:U0OMAR' }]);
    await ground.desk.types(OMAR, 'keep DDD');
    await ground.look();
    expect(parent()?.title).toMatch(/all answered\. Thank you\.$/);
    expect(ground.posts).toHaveLength(2);
  });

  test('counts an organisation as answered when each of its accesses is', async () => {
    await ground.access('AAA', 'work', null);
    await ground.access('AAA', 'assets', null);
    await begun();
    await ground.desk.types(OMAR, 'keep AAA work');
    await ground.look();
    expect(await openReview(ground.desk.databases.ledger)).toMatchObject({ answered: 0, unanswered: 1 });
    expect(part(1).lines).toEqual([
      expect.stringMatching(/^✓ AAA \(AAA Airport\): work kept by Omar/),
      'AAA (AAA Airport): assets with no end. No change on record.',
    ]);
    await ground.desk.types(OMAR, 'revoke AAA assets because nobody uses it');
    await ground.look();
    expect(await openReview(ground.desk.databases.ledger)).toMatchObject({ answered: 1, unanswered: 0 });
  });

  test('a change that was made before it began is no answer; the last change is named', async () => {
    await ground.access('AAA', 'assets', null);
    await ground.desk.types(OMAR, 'grant AAA work');
    later(10);
    await begun();
    expect(part(1).lines[0]).toMatch(
      /^AAA \(AAA Airport\): assets and work with no end\. Last change \d.* by slack:U0OMAR\.$/,
    );
    expect(await openReview(ground.desk.databases.ledger)).toMatchObject({ answered: 0, unanswered: 1 });
  });

  test('any number of replicas post each part once', async () => {
    for (const code of 'ABCDEFGHIJKLMNOPQR') await ground.access(code.repeat(3), 'work', null);
    await ground.desk.types(OMAR, 'open-review');
    await Promise.all([ground.look(), ground.look(), ground.look()]);
    await ground.look();
    expect(ground.posts.map(({ report }) => report.title.replace(/:.*/, '')).sort()).toEqual([
      expect.stringMatching(/^Access review of /),
      ...[1, 2, 3].map((number) => `Access review, part ${number} of 3`),
    ]);
  });

  test('goes on where Slack did not take a part', async () => {
    for (const code of 'ABCDEFGHI') await ground.access(code.repeat(3), 'work', null);
    await ground.desk.types(OMAR, 'open-review');
    ground.beforePost = () => {
      if (ground.posts.length === 2) throw new Error('Slack is down');
    };
    await ground.look();
    expect(ground.posts).toHaveLength(2);
    ground.beforePost = () => undefined;
    await ground.desk.ledger("UPDATE access_review_parts SET drawing_until = now() - interval '1 second'");
    await ground.look();
    expect(ground.posts).toHaveLength(3);
  });

  test('asks once about what nobody has answered for two days', async () => {
    await ground.access('AAA', 'work', null);
    await ground.access('BBB', 'work', null);
    await begun();
    await ground.desk.types(OMAR, 'keep AAA');
    await ground.desk.ledger("UPDATE access_reviews SET began_at = began_at - interval '49 hours'");
    await Promise.all([ground.look(), ground.look()]);
    await ground.look();
    const nudges = ground.posts.filter(({ report }) => report.title.includes('still'));
    expect(nudges.map(({ report, under }) => [report.title.replace(/of \d.* still/, 'of … still'), under])).toEqual([
      ['1 organisation of the access review of … still waits for an answer, above in this thread.', '1'],
    ]);
  });

  test('the next one closes it, and takes its buttons away', async () => {
    await ground.access('AAA', 'work', null);
    await ground.access('BBB', 'work', null);
    await ground.access('CCC', 'work', FAR);
    await begun();
    await ground.desk.types(OMAR, 'keep AAA');
    await ground.look();
    later(60);
    await ground.desk.types(OMAR, 'open-review');
    await ground.look();
    expect(ground.posts[0]?.report.title).toMatch(/: closed\. 2 organisations stayed unanswered\.$/);
    expect(ground.posts[1]?.report.offers).toBeUndefined();
  });

  test('asks about 200 organisations at most, and says how to get the rest', async () => {
    await ground.desk.platform(
      `INSERT INTO public.organizations (id, name, code, "updatedAt")
         SELECT 'id-' || n, 'Airport', chr(65 + n / 26) || chr(65 + n % 26) || 'X', now() FROM generate_series(0, 210) n;
       INSERT INTO entitlement.entitlements (id, organization_id, module_key, updated_at)
         SELECT gen_random_uuid(), id, 'work', now() FROM public.organizations`,
    );
    await begun();
    expect(ground.posts).toHaveLength(26);
    expect(JSON.stringify(parent())).toContain('11 further organisations');
    expect(JSON.stringify(parent())).toContain('pnpm ops:access-review --format csv');
  });

  test('is shown at once when somebody answers, by the process that took the answer', async () => {
    await ground.access('AAA', 'work', null);
    await begun();
    const watch = ground.replica();
    const upkeep = startAccessUpkeep(watch);
    const operation = watch.service.find('keep');
    if (!operation) throw new Error('there is no keep');
    await watch.service.execute({ operation, actor: OMAR, raw: { org: 'AAA' } });
    await expect.poll(() => part(1).title).toBe('Access review, part 1 of 1: all answered.');
    await upkeep.stop();
  });

  test('takes at most three statements while it waits and nothing is due', async () => {
    await ground.access('AAA', 'work', null);
    await begun();
    await ground.desk.types(OMAR, 'grant AAA assets');
    await ground.look();
    later(120);
    await ground.look();
    let statements = 0;
    const { platform, ledger } = ground.desk.databases;
    for (const database of [platform, ledger]) database.on('query', () => statements++);
    later(300);
    await ground.look();
    for (const database of [platform, ledger]) database.removeAllListeners('query');
    expect(statements).toBeLessThanOrEqual(3);
  });

  test('begins by schedule', async () => {
    await ground.access('AAA', 'work', null);
    const watch = ground.replica();
    const entry = { name: 'access-review', operation: 'open-access-review' } as ScheduleEntry;
    const policy = { ...watch.ports.settings.policy, schedule: [entry] };
    const ports = { ...watch.ports, settings: { ...watch.ports.settings, policy } } as typeof watch.ports;
    const { createService } = await import('../../src/ops/service/service.ts');
    const { OPERATIONS } = await import('../../src/ops/index.ts');
    const service = createService(ports, OPERATIONS);
    const operation = service.find('open-access-review');
    if (!operation) throw new Error('there is no review');
    const actor = { id: 'schedule:access-review', name: 'access-review (schedule)', face: 'schedule' } as const;
    expect((await service.execute({ operation, actor, raw: {} })).kind).toBe('done');
    await service.settled();
    await ground.look();
    expect(ground.posts).toHaveLength(2);
  });
});

describe('the digest', () => {
  const titles = async () => {
    const outcome = await ground.desk.types(VERA, 'digest');
    if (outcome.kind !== 'done') return [said(outcome)];
    return (outcome.report.thread ?? []).flatMap(({ title, parts = [] }) => [
      title,
      ...parts.flatMap((part) => (part.kind === 'list' ? part.items : [])),
    ]);
  };

  test('says what the review still asks', async () => {
    expect(await titles()).toContain('No access review is open.');
    await ground.access('AAA', 'work', null);
    await ground.access('BBB', 'work', null);
    await begun();
    await ground.desk.types(OMAR, 'keep AAA');
    expect(await titles()).toContainEqual(
      expect.stringMatching(/^1 organisation of the access review of .* waits for an answer\.$/),
    );
    await ground.desk.types(OMAR, 'keep BBB');
    expect(await titles()).toContainEqual(
      expect.stringMatching(/^The access review of .* is answered: 2 organisations\.$/),
    );
  });
});

describe('the list', () => {
  test('has every organisation’s modules with the last change, the end, and who kept it', async () => {
    await ground.access('AAA', 'work', FAR);
    await ground.access('BBB', 'work', null, 'suspended');
    await ground.desk.types(OMAR, 'grant AAA assets');
    await ground.desk.types(OMAR, 'keep AAA work');
    const outcome = await ground.desk.types(TERMINAL, 'access-review');
    const operation = ground.desk.service.find('access-review');
    if (outcome.kind !== 'done') throw new Error(said(outcome));
    expect(outcome.report.title).toBe('1 organisation with access to modules. No access review is open.');
    expect(operation?.csv?.(outcome.data)).toEqual([
      ['code', 'name', 'module', 'access', 'validUntil', 'changedAt', 'changedBy', 'keptAt', 'keptBy', 'answer'],
      ['AAA', 'AAA Airport', 'assets', 'open', '', ground.desk.now.toISOString(), 'slack:U0OMAR', '', '', ''],
      [
        ...['AAA', 'AAA Airport', 'work', 'open', '2098-12-31T23:59:59.999Z', '', ''],
        ...[ground.desk.now.toISOString(), 'Omar (slack:U0OMAR)', ''],
      ],
      ['BBB', 'BBB Airport', 'work', 'suspended', '', '', '', '', '', ''],
    ]);
    expect((await ground.desk.types(VERA, 'access-review')).kind).toBe('done');
    expect((await ground.desk.types(VERA, 'open-review')).kind).toBe('denied');
    expect((await ground.desk.types(VERA, 'keep AAA')).kind).toBe('denied');
  });

  test('what is not there cannot be kept', async () => {
    await ground.access('AAA', 'work', FAR, 'suspended');
    const outcome = await ground.desk.types(OMAR, 'keep AAA');
    expect(said(outcome)).toBe(
      'AAA (AAA Airport) has no access to any module, so there is nothing to keep. Nothing was noted.',
    );
    expect(await ground.desk.ledger('SELECT 1 FROM kept_access')).toEqual([]);
  });
});
