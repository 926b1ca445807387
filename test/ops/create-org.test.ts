import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Desk, OMAR, openDesk, said } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() =>
  desk.platform(
    'TRUNCATE public.organizations, public.audit_logs, entitlement.entitlements, entitlement.entitlement_audits',
  ),
);

const organisations = () => desk.platform('SELECT code, name, "createdBy" FROM public.organizations ORDER BY code');

describe('creating an organisation', () => {
  it('stores it with its first modules, the platform’s audit rows and a log row, in one transaction', async () => {
    const outcome = await desk.types(
      OMAR,
      'create-org name "London Heathrow" code lhr modules work,assets until 2027-06-30',
    );
    expect(said(outcome)).toContain(
      'LHR (London Heathrow) is created, with access to assets and work until 30 Jun 2027 (UTC).',
    );
    expect(await organisations()).toEqual([{ code: 'LHR', name: 'London Heathrow', createdBy: 'slack:U0OMAR' }]);
    expect(await desk.platform('SELECT module_key, status FROM entitlement.entitlements ORDER BY 1')).toEqual([
      { module_key: 'assets', status: 'active' },
      { module_key: 'work', status: 'active' },
    ]);
    expect(
      await desk.platform('SELECT action, count(*)::int AS n FROM entitlement.entitlement_audits GROUP BY 1'),
    ).toEqual([{ action: 'created', n: 2 }]);
    const [log] = await desk.platform('SELECT * FROM public.audit_logs');
    expect(log).toMatchObject({ entity_type: 'organization', action: 'created', performed_by: 'slack:U0OMAR' });
    expect(JSON.stringify(log)).toContain(`[run ${outcome.runId}]`);
  });

  it('works without modules', async () => {
    expect(said(await desk.types(OMAR, 'create-org name Zurich code ZRH'))).toContain(
      'without access to any module yet',
    );
  });

  it.each([
    'O’Hare "International" 🛫',
    'مطار دبي الدولي',
    '=HYPERLINK("http://evil")',
    "Robert'); DROP TABLE organizations;--",
    '<script>alert(1)</script> & *bold* <!channel>',
  ])('keeps the name as it is: %s', async (name) => {
    const operation = desk.service.find('create-org');
    if (!operation) throw new Error('no operation');
    const outcome = await desk.service.execute({ operation, actor: OMAR, raw: { name, code: 'TST' } });
    expect(outcome.kind).toBe('done');
    expect(await organisations()).toMatchObject([{ name }]);
  });

  it('does not need the platform’s general audit log', async () => {
    await desk.platform('ALTER TABLE public.audit_logs RENAME TO audit_logs_gone');
    expect((await desk.types(OMAR, 'create-org name Zurich code ZRH')).kind).toBe('done');
    await desk.platform('ALTER TABLE public.audit_logs_gone RENAME TO audit_logs');
  });
});

it('makes the platform’s list of all access new, and says when it cannot', async () => {
  const forgotten: unknown[] = [];
  const forget = vi.fn(async (changed: readonly unknown[]) => void forgotten.push(...changed));
  const cached = await openDesk({ cache: { forget, forgetAll: async () => undefined, close: async () => undefined } });
  await cached.types(OMAR, 'create-org name Zurich code ZRH');
  expect(forgotten).toEqual([]);
  await cached.types(OMAR, 'create-org name Heathrow code LHR modules work');
  const [{ id } = { id: '' }] = await cached.platform("SELECT id FROM public.organizations WHERE code = 'LHR'");
  expect(forgotten).toEqual([{ organisationId: id, moduleKeys: ['work'] }]);
  forget.mockRejectedValueOnce(new Error('down'));
  const outcome = await cached.types(OMAR, 'create-org name Gatwick code LGW modules work');
  expect(outcome.kind).toBe('done');
  expect(said(outcome)).toContain('The platform’s cache (Redis) does not answer');
  await cached.close();
});

describe('is refused', () => {
  it('for a code that is taken, naming whose it is, and nothing is left of the attempt', async () => {
    await desk.types(OMAR, 'create-org name "London Heathrow" code LHR');
    const outcome = await desk.types(OMAR, 'create-org name Other code LHR modules work');
    expect(said(outcome)).toContain('LHR exists already: London Heathrow, created 22 Nov 2026.');
    expect(outcome.kind === 'refused' && outcome.error.problems[0]?.argument).toBe('code');
    expect(await desk.platform('SELECT * FROM entitlement.entitlements')).toEqual([]);
  });

  it('for a missing code, by its own name', async () => {
    expect(said(await desk.types(OMAR, 'create-org name Zurich'))).toMatch(/^No IATA code given: three letters/);
  });

  it('for a bad code, a blank name, a date without modules: each under its own argument', async () => {
    const operation = desk.service.find('create-org');
    if (!operation) throw new Error('no operation');
    const bad = await desk.service.execute({
      operation,
      actor: OMAR,
      raw: { name: '  ', code: 'L1', modules: 'wrok' },
    });
    expect(bad.kind === 'refused' && bad.error.problems.map(({ argument }) => argument)).toEqual([
      'name',
      'code',
      'modules',
    ]);
    const dated = await desk.service.execute({
      operation,
      actor: OMAR,
      raw: { name: 'A', code: 'AAA', until: '2027-06-30' },
    });
    expect(dated.kind === 'refused' && dated.error.problems[0]?.argument).toBe('modules');
  });

  it.each(['ſan', 'ﬁx', 'ıst'])('for %s, whose capitals would be a code', async (code) => {
    expect(said(await desk.types(OMAR, `create-org name Airport code ${code}`))).toContain('code is three letters');
    expect(await organisations()).toEqual([]);
  });

  it.each(['tab\u0000null', 'over\u202eride', 'half a sign \ud83d', 'x'.repeat(201)])(
    'for a name that cannot be shown or is too long',
    async (name) => {
      const operation = desk.service.find('create-org');
      if (!operation) throw new Error('no operation');
      expect((await desk.service.execute({ operation, actor: OMAR, raw: { name, code: 'AAA' } })).kind).toBe('refused');
    },
  );
});

it('created by several people at once, exists once, and the others hear whose it is', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, (_, i) => desk.types(OMAR, `create-org name Airport${i} code LHR modules work`)),
  );
  expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(5);
  expect(await organisations()).toHaveLength(1);
  expect(await desk.platform('SELECT * FROM entitlement.entitlements')).toHaveLength(1);
});
