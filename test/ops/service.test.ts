import { afterEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/ops/index.ts';
import { defineOperation } from '../../src/ops/service/operation.ts';
import type { AccessCache, Directory } from '../../src/ports.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { joinCrew } from './crew.ts';
import { ADA, type Desk, NILS, OMAR, openDesk, POLICY, said, TERMINAL, VERA } from './desk.ts';

let desk: Desk | undefined;
const proxies: TcpProxy[] = [];
afterEach(async () => {
  await desk?.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
  desk = undefined;
});

async function proxied(database: 'platform' | 'ledger'): Promise<{ desk: Desk; proxy: TcpProxy }> {
  let proxy: TcpProxy | undefined;
  const through = (url: string, which: string) => (which === database && proxy ? proxy.through(url) : url);
  const port = Number(new URL((await import('../setup/database.ts')).addressOf('postgres')).port);
  proxy = await tcpProxy(port);
  proxies.push(proxy);
  desk = await openDesk({ through });
  await desk.airports('LHR');
  return { desk, proxy };
}

async function withinMs<T>(limit: number, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  expect(performance.now() - begun).toBeLessThan(limit);
  return result;
}

describe('the policy', () => {
  it('lets nobody without a role do anything, and records each attempt', async () => {
    desk = await openDesk();
    for (const text of ['help', 'whoami', 'orgs', 'grant LHR work']) {
      const outcome = await desk.types(NILS, text);
      expect(outcome.kind).toBe('denied');
      expect(said(outcome)).toContain('your Slack id is U0NILS');
    }
    expect(
      await desk.ledger("SELECT count(*)::int AS n FROM runs WHERE state = 'denied' AND rule = 'unlisted'"),
    ).toEqual([{ n: 4 }]);
  });

  it('shows in help only what the asker may run', async () => {
    desk = await openDesk();
    const viewer = said(await desk.types(VERA, 'help'));
    expect(viewer).toContain('orgs heathrow');
    expect(viewer).not.toContain('grant');
    expect(said(await desk.types(VERA, 'help grant'))).toContain('There is no command “grant”');
    expect(said(await desk.types(OMAR, 'help grnat'))).toContain('Did you mean “grant”?');
    expect(said(await desk.types(ADA, 'help revoke'))).toContain('reason (or because)');
    expect(said(await desk.types(VERA, 'whoami'))).toContain('You are Vera, viewer in test.');
  });

  it('takes commands in allowed channels only', async () => {
    desk = await openDesk();
    const elsewhere = { ...OMAR, slack: { userId: 'U0OMAR', teamId: 'T0TEAM', channelId: 'C0RANDOM' } };
    const outcome = await desk.types(elsewhere, 'orgs');
    expect(outcome.kind === 'denied' && outcome.error.rule).toBe('channel');
  });

  it('is asked when the work starts: a role lost since the form opened is lost', async () => {
    const members = new Set(['U0NILS']);
    const directory: Directory = {
      workspaceId: async () => 'T0TEAM',
      person: async () => ({ name: 'Nils', standing: 'member' }),
      groupMembers: async () => members,
      forgetGroup: () => undefined,
    };
    desk = await openDesk({ directory });
    await desk.airports('LHR');
    const grant = desk.service.find('grant');
    if (!grant) throw new Error('no operation');
    expect(await desk.service.refusal(grant, NILS)).toBeUndefined();
    members.clear();
    expect(await desk.service.refusal(grant, NILS)).toMatchObject({ rule: 'unlisted' });
    expect((await desk.types(NILS, 'grant LHR work')).kind).toBe('denied');
    expect(await desk.platform('SELECT * FROM entitlement.entitlements')).toEqual([]);
  });

  it('without a capops.yml makes the terminal admin and denies Slack', async () => {
    desk = await openDesk({ settings: { policy: undefined } });
    await desk.airports('LHR');
    expect((await desk.types(TERMINAL, 'grant LHR work')).kind).toBe('done');
    expect(said(await desk.types(ADA, 'orgs'))).toContain('there is no capops.yml yet');
  });

  it('with terminal users listed denies whoever is not', async () => {
    desk = await openDesk({ settings: { policy: { ...POLICY, osUsers: {} } } });
    expect(said(await desk.types(TERMINAL, 'orgs'))).toContain('does not list the user root');
  });
});

describe('the ledger', () => {
  it('records what somebody typed although PostgreSQL stores no such characters, and everybody else’s runs with it', async () => {
    desk = await openDesk();
    await desk.airports('LHR');
    const { service } = desk;
    const ask = (actor: typeof OMAR, verb: string, raw: Record<string, unknown>) => {
      const operation = service.find(verb);
      if (!operation) throw new Error(`no operation ${verb}`);
      return service.execute({ operation, actor, raw });
    };
    const outcomes = await Promise.all([
      ask(NILS, 'orgs', { search: 'a\u0000b' }),
      ask(VERA, 'org', { org: 'LHR' }),
      ask(OMAR, 'grant', { org: 'LHR', module: 'wo\ud800rk' }),
      ask(OMAR, 'revoke', { org: 'LHR', module: ['work'], reason: 'be\u0000cause' }),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['denied', 'done', 'refused', 'refused']);
    expect(await desk.ledger("SELECT operation, input->>'search' AS typed FROM runs ORDER BY operation")).toEqual([
      { operation: 'grant-module', typed: null },
      { operation: 'list-orgs', typed: 'a\ufffdb' },
      { operation: 'revoke-module', typed: null },
      { operation: 'show-org', typed: null },
    ]);
    expect(desk.complaints).toEqual([]);
  });
});

describe('when something is down', () => {
  it.each(['refuse', 'hang'] as const)(
    'the platform’s database (%s): a clear answer within 3 s, and all is well when it is back',
    async (fault) => {
      const { desk: at, proxy } = await proxied('platform');
      expect((await at.types(OMAR, 'orgs')).kind).toBe('done');
      await proxy[fault]();
      for (const text of ['org LHR', 'grant LHR work']) {
        const outcome = await withinMs(3000, () => at.types(OMAR, text));
        expect(outcome.kind).toBe('failed');
        expect(said(outcome)).toContain('The platform’s database does not answer.');
      }
      expect(await at.ledger("SELECT count(*)::int AS n FROM runs WHERE state = 'failed'")).toEqual([{ n: 2 }]);
      await proxy.pass();
      expect((await at.types(OMAR, 'grant LHR work')).kind).toBe('done');
    },
  );

  it('the ledger: changes are refused before anything is touched, reads go on', async () => {
    const { desk: at, proxy } = await proxied('ledger');
    await proxy.refuse();
    const outcome = await withinMs(3000, () => at.types(OMAR, 'grant LHR work'));
    expect(said(outcome)).toContain(
      'CapOps’ own record (the ledger) does not answer. Changes are refused until it does; nothing was changed.',
    );
    expect(await at.platform('SELECT * FROM entitlement.entitlements')).toEqual([]);
    expect((await at.types(OMAR, 'org LHR')).kind).toBe('done');
    await at.service.settled();
    expect(at.complaints.map(({ message }) => message)).toContain('the ledger did not take the record of a run');
    await proxy.pass();
    expect((await at.types(OMAR, 'grant LHR work')).kind).toBe('done');
  });

  it('Redis: the grant stands, and the answer says that users may see the old access for a while', async () => {
    const cache: AccessCache = {
      forget: () => Promise.reject(new Error('ECONNREFUSED')),
      forgetAll: async () => undefined,
      close: async () => undefined,
    };
    desk = await openDesk({ cache });
    await desk.airports('LHR');
    const outcome = await desk.types(OMAR, 'grant LHR work');
    expect(outcome.kind).toBe('done');
    expect(said(outcome)).toContain('The platform’s cache (Redis) does not answer');
    expect(await desk.platform('SELECT status FROM entitlement.entitlements')).toEqual([{ status: 'active' }]);
  });

  it('CapOps itself: the asker gets a reference that stands in the log and in the ledger, and no detail', async () => {
    desk = await openDesk();
    await desk.platform('ALTER TABLE entitlement.entitlements RENAME TO gone');
    await desk.airports('LHR');
    const outcome = await desk.types(OMAR, 'grant LHR work');
    if (outcome.kind !== 'failed') throw new Error(outcome.kind);
    expect(outcome.message).toBe('Something went wrong inside CapOps. Its log has the details under the reference.');
    expect(desk.complaints.at(-1)?.fields).toMatchObject({ reference: outcome.reference, runId: outcome.runId });
    expect(await desk.ledger('SELECT state, reference FROM runs')).toEqual([
      { state: 'failed', reference: outcome.reference },
    ]);
  });
});

it('a stop of the process ends the waiting of a change that somebody else approved, too', async () => {
  const isBegun = Promise.withResolvers<void>();
  const waiting = defineOperation({
    ...{
      name: 'wait',
      verb: 'wait',
      summary: 'Wait',
      role: 'operator',
      effect: 'changes',
      waits: true,
      example: 'wait',
    },
    args: {},
    run: async ({ signal }) => {
      isBegun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    report: () => ({ tone: 'attention', title: 'Nobody waited for it.' }),
  });
  desk = await openDesk();
  const from = [{ users: ['U0ADA'], groups: [], count: 1 }];
  const approvals = { wait: { from, waitMs: 60_000, nudge: undefined, channel: undefined } };
  const { service, told, close } = await joinCrew(desk, [...OPERATIONS, waiting], { ...POLICY, approvals });
  const { runId } = await service.execute({ operation: waiting, actor: OMAR, raw: {}, answer: 'to Omar' });
  const approve = service.find('approve');
  if (!approve) throw new Error('nobody can approve');
  const approving = service.execute({ operation: approve, actor: ADA, raw: { run: runId.slice(0, 8) } });
  await isBegun.promise;
  service.stopWaiting();
  await approving;
  expect(told.map(({ outcome }) => said(outcome))).toEqual([expect.stringContaining('Nobody waited for it.')]);
  await close();
}, 10_000);

it('has every operation under a runbook name, a verb and a role, each once', () => {
  const words = OPERATIONS.flatMap(({ name, verb }) => (name === verb ? [name] : [name, verb]));
  expect(new Set(words).size).toBe(words.length);
  for (const { name, verb, example, args } of OPERATIONS) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(example.split(' ')[0]).toBe(verb);
    for (const argument of Object.keys(args)) expect(argument).toMatch(/^[a-z][A-Za-z]*$/);
  }
});
