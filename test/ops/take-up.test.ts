import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Start } from '../../src/models/start.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import type { Correspondent } from '../../src/ops/service/correspondent.ts';
import type { Operation } from '../../src/ops/service/operation.ts';
import { createService, type OpsService, type Outcome, type Request } from '../../src/ops/service/service.ts';
import type { Ports } from '../../src/ports.ts';
import { addressOf } from '../setup/database.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { type Desk, OMAR, openDesk, POLICY, said } from './desk.ts';

let desk: Desk;
let proxies: Record<'platform' | 'ledger', TcpProxy>;
/** Processes that live. */
let alive: Set<number>;
let services: OpsService[];

beforeEach(async () => {
  alive = new Set();
  services = [];
  const port = Number(new URL(addressOf('postgres')).port);
  proxies = { platform: await tcpProxy(port), ledger: await tcpProxy(port) };
  desk = await openDesk({ through: (url, database) => proxies[database].through(url) });
  await desk.airports('LHR');
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.settled()));
  await desk.close();
  await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
});

/** A bot's process on one machine, and what its askers were told. */
async function startBot(pid: number, operations: readonly Operation[] = OPERATIONS) {
  alive.add(pid);
  const { ledger } = desk.databases;
  const start = { startedAt: desk.now, host: 'desk', pid, version: '0', environment: 'test', policySha256: null };
  const startId = await Start.record(ledger, { ...start, machine: 'here' });
  const quiet = () => undefined;
  const ports: Ports = {
    startId,
    processes: { machine: 'here', pid, isAlive: (other) => alive.has(other) },
    databases: desk.databases,
    cache: undefined,
    directory: undefined,
    clock: { now: () => desk.now },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    settings: { environment: 'test', timeZone: 'UTC', policy: POLICY },
  };
  const service = createService(ports, operations);
  services.push(service);
  const told: string[] = [];
  let refusals = 0;
  const correspondent: Correspondent = {
    about: async (_, { answer }) => ({
      openFile: async () => ({ name: 'x', sizeBytes: 0, content: (async function* () {})() }),
      progress: () => undefined,
      answer: async (outcome: Outcome) => {
        if (refusals-- > 0) throw new Error('Slack is down');
        told.push(`${String(answer)}: ${said(outcome)}`);
      },
    }),
  };
  service.attend(correspondent);
  const refuse = (times: number) => {
    refusals = times;
  };
  return { service, startId, told, refuse, die: () => void alive.delete(pid) };
}

const grant = (service: OpsService, deliveryKey = 'command:1'): Request => ({
  operation: service.find('grant') as Operation,
  actor: OMAR,
  raw: { org: 'LHR', module: 'work' },
  deliveryKey,
  answer: 'to Omar',
});
const grants = async () => (await desk.platform('SELECT 1 FROM entitlement.entitlement_audits')).length;
const states = () => desk.ledger('SELECT state, request IS NULL AS answered FROM runs');

describe('a request whose process died', () => {
  it('before it began is run by the next one, which answers the asker', async () => {
    const first = await startBot(1);
    await first.service.receive(grant(first.service));
    first.die();
    const next = await startBot(2);
    await next.service.takeUp();
    expect(next.told).toEqual([
      expect.stringContaining('to Omar: {"tone":"done","title":"LHR (LHR Airport) now has work'),
    ]);
    expect(await grants()).toBe(1);
    await next.service.settled();
    expect(await states()).toEqual([{ state: 'done', answered: true }]);
  });

  it('is run once, by however many replicas look for it', async () => {
    const first = await startBot(1);
    await first.service.receive(grant(first.service));
    first.die();
    const others = await Promise.all([2, 3, 4, 5].map((pid) => startBot(pid)));
    await Promise.all(others.map(({ service }) => service.takeUp()));
    expect(others.flatMap(({ told }) => told)).toHaveLength(1);
    expect(await grants()).toBe(1);
  });

  it('is left to a process that lives', async () => {
    const first = await startBot(1);
    const receipt = await first.service.receive(grant(first.service));
    const next = await startBot(2);
    await next.service.takeUp();
    expect(await grants()).toBe(0);
    await first.service.execute({ ...grant(first.service), receipt });
    expect(await grants()).toBe(1);
  });

  it('a quarter of an hour ago is not run any more, and the asker is told so', async () => {
    const first = await startBot(1);
    await first.service.receive(grant(first.service));
    first.die();
    desk.now = new Date(desk.now.getTime() + 16 * 60_000);
    const next = await startBot(2);
    await next.service.takeUp();
    expect(next.told).toEqual(['to Omar: CapOps was interrupted before anything was changed. Ask again.']);
    expect(await grants()).toBe(0);
  });

  it('after its change, before it could say so, is told as done', async () => {
    const first = await startBot(1);
    const receipt = await first.service.receive(grant(first.service));
    await first.service.execute({ ...grant(first.service), receipt });
    await desk.ledger(`UPDATE runs SET state = 'running', finished_at = NULL, result = NULL`);
    first.die();
    const next = await startBot(2);
    await next.service.takeUp();
    expect(next.told).toEqual([
      'to Omar: {"tone":"done","title":"CapOps was interrupted, but the change had been made before: it stands."}',
    ]);
    expect(await grants()).toBe(1);
  });

  it('in the middle, with nothing changed, is done again by itself', async () => {
    const first = await startBot(1);
    await first.service.receive(grant(first.service));
    await desk.ledger(`UPDATE runs SET state = 'running'`);
    first.die();
    const next = await startBot(2);
    await next.service.takeUp();
    expect(next.told).toEqual([expect.stringContaining('now has work')]);
    expect(await grants()).toBe(1);
  });

  it('in the middle of what cannot be done again is told as interrupted', async () => {
    const once = OPERATIONS.map((operation) => ({ ...operation, restartable: undefined }) as unknown as Operation);
    const first = await startBot(1, once);
    await first.service.receive(grant(first.service));
    await desk.ledger(`UPDATE runs SET state = 'running'`);
    first.die();
    const next = await startBot(2, once);
    await next.service.takeUp();
    expect(next.told).toEqual(['to Omar: CapOps was interrupted before anything was changed. Ask again.']);
    expect(await grants()).toBe(0);
  });

  it('in the middle of what the platform knows nothing of is not said to have changed nothing', async () => {
    const once = OPERATIONS.map((operation) => ({ ...operation, restartable: undefined }) as unknown as Operation);
    const first = await startBot(1, once);
    const freeze = first.service.find('freeze') as Operation;
    await first.service.receive({ ...grant(first.service), operation: freeze, raw: { reason: 'a move' } });
    await desk.ledger(`UPDATE runs SET state = 'running'`);
    first.die();
    const next = await startBot(2, once);
    await next.service.takeUp();
    expect(next.told).toEqual([
      expect.stringContaining('what became of this is not known. Look before you ask again.'),
    ]);
  });

  it('whose asker could not be told is told by the next look, though its process lives', async () => {
    const first = await startBot(1);
    await first.service.receive(grant(first.service));
    first.die();
    const next = await startBot(2);
    next.refuse(1);
    await next.service.takeUp();
    expect(next.told).toEqual([]);
    await next.service.takeUp();
    expect(next.told).toEqual([expect.stringContaining('now has work')]);
    expect(await grants()).toBe(1);
  });

  it('between the change and the answer is answered, and not done again', async () => {
    const first = await startBot(1);
    const receipt = await first.service.receive(grant(first.service));
    await first.service.execute({ ...grant(first.service), receipt });
    first.die();
    const next = await startBot(2);
    await next.service.takeUp();
    expect(next.told).toEqual([expect.stringContaining('now has work')]);
    expect(await grants()).toBe(1);
  });

  it('while the platform is down is taken up once that is back', async () => {
    const first = await startBot(1);
    await first.service.receive(grant(first.service));
    await desk.ledger(`UPDATE runs SET state = 'running'`);
    first.die();
    await proxies.platform.refuse();
    const next = await startBot(2);
    await next.service.takeUp();
    expect(next.told).toEqual([]);
    await proxies.platform.pass();
    await next.service.takeUp();
    expect(next.told).toEqual([expect.stringContaining('now has work')]);
  });

  it('is told of while the platform is gone, where it was to bring that back', async () => {
    const first = await startBot(1);
    await first.service.receive(grant(first.service));
    await desk.ledger(`UPDATE runs SET state = 'running', operation = 'restore'`);
    first.die();
    await proxies.platform.refuse();
    const next = await startBot(2);
    await next.service.takeUp();
    expect(next.told).toEqual([expect.stringContaining('what became of this is not known')]);
  });
});

describe('a delivery', () => {
  it('that comes five times at once is one request, and all hear the same', async () => {
    const { service } = await startBot(1);
    const ask = async () => service.execute({ ...grant(service), receipt: await service.receive(grant(service)) });
    const outcomes = await Promise.all(Array.from({ length: 5 }, ask));
    expect(outcomes.filter((outcome) => outcome.kind === 'done' && !outcome.repeated)).toHaveLength(1);
    expect(await grants()).toBe(1);
    expect(await ask()).toMatchObject({
      kind: 'done',
      repeated: true,
      report: { title: expect.stringContaining('now has work') },
    });
  });

  it('that was refused stays refused when it comes again', async () => {
    const { service } = await startBot(1);
    const freeze = service.find('freeze') as Operation;
    const admin = { ...OMAR, id: 'slack:U0ADA', slack: { userId: 'U0ADA', teamId: 'T0TEAM', channelId: 'C0OPS' } };
    await service.execute({ operation: freeze, actor: admin, raw: { reason: 'a move' } });
    const ask = async () => service.execute({ ...grant(service), receipt: await service.receive(grant(service)) });
    expect((await ask()).kind).toBe('denied');
    await service.settled();
    await service.execute({ operation: service.find('thaw') as Operation, actor: admin, raw: {} });
    expect(said(await ask())).toContain('came in before and was refused');
    expect(await grants()).toBe(0);
  });

  it('is given up within about a second when the ledger does not answer, and is not done when the ledger took it after all', async () => {
    const { service } = await startBot(1);
    await service.takeUp();
    proxies.ledger.hang();
    const begun = performance.now();
    const receipt = await service.receive(grant(service));
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect(receipt.kind).toBe('unstored');
    expect(said(await service.execute({ ...grant(service), receipt }))).toContain('(the ledger) does not answer');
    await proxies.ledger.pass();
    expect(await grants()).toBe(0);
  });

  it('whose outcome the ledger did not take is settled once the ledger is back', async () => {
    const { service } = await startBot(1);
    const receipt = await service.receive(grant(service));
    const cut: Operation = { ...(service.find('grant') as Operation) };
    const run = cut.run;
    const request = {
      ...grant(service),
      receipt,
      operation: {
        ...cut,
        run: async (...given: Parameters<Operation['run']>) => {
          const data = await run(...given);
          await proxies.ledger.refuse();
          return data;
        },
      },
    };
    expect(said(await service.execute(request))).toContain('the change itself stands');
    await proxies.ledger.pass();
    await service.takeUp();
    expect(await desk.ledger('SELECT state FROM runs')).toEqual([{ state: 'done' }]);
    expect(await desk.ledger('SELECT outcome FROM audit_log')).toEqual([{ outcome: 'done' }]);
  });
});
