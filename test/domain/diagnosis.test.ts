import { describe, expect, test } from 'vitest';
import { type Diagnosis, diagnose, type Step } from '../../src/domain/diagnosis.ts';
import type { DiagnosisFacts, DockerFacts, ServiceLog } from '../../src/domain/diagnosis-facts.ts';
import type {
  ActivitySight,
  ConnectionsSight,
  ContainerSight,
  DatabaseAnswers,
  DatabaseExam,
  NoAnswer,
  ServerSight,
  SessionSight,
} from '../../src/ports.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const yes = { isAnswered: true, ms: 2 } as const;
const no = (because: NoAnswer) => ({ isAnswered: false, ms: 3500, because }) as const;

const ANSWERS: DatabaseAnswers = {
  connections: { ...yes, used: 5, most: 100, reserved: 3, holders: [] },
  activity: { ...yes, sessions: [], waits: [] },
  size: { ...yes, databaseBytes: 1.2e9 },
  rights: { ...yes, tables: [] },
  migrations: { ...yes, unfinished: [] },
};
const SERVER: ServerSight = {
  ...{ version: '16.4', isSuperuser: false, isStandby: false, isReadOnly: false, readOnlyFrom: 'default' },
};
const WELL: DatabaseExam = {
  ...{ isHere: false, user: 'planner', database: 'planner', name: yes, port: yes, login: yes, select: yes },
  tls: { ...yes, isAskedFor: true, isUntrusted: false, certificateEnds: new Date('2027-11-22') },
  server: { ...yes, ...SERVER },
  asked: ANSWERS,
};
const AROUND = { now: NOW, limitMs: 3500, checkout: undefined, services: ['postgres', 'api-gateway', 'web'] };
const FACTS: DiagnosisFacts = {
  ...{ platform: WELL, ledger: WELL, isOneServer: false, docker: undefined, frozen: undefined, around: AROUND },
  disk: { ...yes, freeBytes: 50e9, totalBytes: 100e9 },
  migrations: { ...yes, platform: [], ledger: [] },
};

const DOWN: DatabaseExam = {
  ...WELL,
  port: no('refused'),
  tls: undefined,
  login: undefined,
  select: undefined,
  server: undefined,
  asked: undefined,
} as unknown as DatabaseExam;

const container = (service: string, more: Partial<ContainerSight> = {}): ContainerSight => ({
  ...{ id: service, service, name: `planner-${service}-1`, image: `${service}:1`, state: 'running', health: 'healthy' },
  ...{
    startedAt: new Date('2026-01-01T00:00:00Z'),
    endedAt: undefined,
    exitCode: undefined,
    isOutOfMemory: false,
    restarts: 0,
    ports: [],
  },
  ...more,
});
const ALL_RUN = AROUND.services.map((service) => container(service));
const docker = (containers: readonly ContainerSight[], ...logs: readonly ServiceLog[]): DockerFacts => ({
  ...{ isSeen: true, containers, logs },
});
const log = (service: string, ...texts: string[]): ServiceLog => ({
  service,
  lines: texts.map((text) => ({ service, text, at: new Date(NOW.getTime() - 60_000), isError: true })),
});

const asked = (answers: Partial<DatabaseAnswers>): Partial<DiagnosisFacts> => ({
  platform: { ...WELL, asked: { ...ANSWERS, ...answers } },
});
const found = (facts: Partial<DiagnosisFacts>): Diagnosis => diagnose({ ...FACTS, ...facts });
const causeOf = (facts: Partial<DiagnosisFacts>): string => found(facts).cause;
const step = ({ steps }: Diagnosis, name: string): Step => {
  const one = steps.find((each) => each.name === name);
  if (!one) throw new Error(`no step ${name}`);
  return one;
};

const session = (pid: number, more: Partial<SessionSight> = {}): SessionSight => ({
  ...{ pid, started: '2026-11-22 11:00:00+00', user: 'app', application: 'gateway', state: 'idle in transaction' },
  ...{
    kind: 'client backend',
    isHere: true,
    isOurs: false,
    statement: 'SELECT ?',
    transactionSeconds: 700,
    stateSeconds: 600,
  },
  ...more,
});
const chain = (root: Partial<SessionSight>): ActivitySight => ({
  sessions: [session(11, root), session(12, { state: 'active' })],
  waits: [{ pid: 12, blockedBy: [11], seconds: 240, mode: 'AccessShareLock', table: 'users' }],
});
const full: ConnectionsSight = {
  ...{ used: 97, most: 100, reserved: 3 },
  holders: [{ user: 'app', application: 'gateway', state: 'idle', count: 90, longestSeconds: 60 }],
};

describe('the likely cause', () => {
  test('is that nothing is wrong, where nothing is', () => {
    const diagnosis = found({});
    expect(diagnosis).toMatchObject({ isBroken: false, by: undefined });
    expect(diagnosis.steps.map(({ state }) => state)).not.toContain('wrong');
  });

  test.each([
    ['silent', 'name', 'DNS does not answer'],
    ['silent', 'port', 'swallows what is sent to its port'],
    ['silent', 'tls', 'takes connections and says nothing'],
    ['certificate expired', 'tls', 'has expired'],
    ['certificate of another host', 'tls', 'is for another host'],
    ['starting or stopping', 'login', 'is starting or stopping'],
    ['broken off', 'login', 'breaks connections off'],
    ['failed', 'select', 'SELECT 1: It could not be asked.'],
  ] as const)('where it is %s at the step %s says so', (because, name, words) => {
    const diagnosis = found({ platform: { ...WELL, [name]: no(because) } });
    expect(diagnosis.by?.name).toBe(name);
    expect(diagnosis.cause).toContain(words);
    const behind = diagnosis.steps.slice(diagnosis.steps.findIndex((one) => one.name === name) + 1, 6);
    expect(behind.every(({ state }) => state === 'skipped')).toBe(true);
  });

  test('of a database that refuses is that its service has ended, where Docker says that', () => {
    const ended = container('postgres', {
      state: 'exited',
      exitCode: 137,
      isOutOfMemory: true,
      endedAt: new Date(NOW.getTime() - 300_000),
    });
    const diagnosis = found({ platform: DOWN, docker: docker([ended, ...ALL_RUN.slice(1)]) });
    expect(diagnosis.cause).toBe(
      'The service postgres does not run: it ended with code 137 for want of memory, 5 minutes ago.',
    );
    expect(diagnosis.by?.offers).toEqual([
      { label: 'Restart postgres', operation: 'restart', input: { service: 'postgres' } },
    ]);
  });

  test('of a database that hangs offers to restart its service, where one is configured', () => {
    const platform = { ...WELL, login: no('silent') };
    expect(found({ platform }).by?.offers).toEqual([
      { label: 'Restart postgres', operation: 'restart', input: { service: 'postgres' } },
    ]);
    expect(found({ platform, around: { ...AROUND, services: ['web'] } }).by?.offers).toBeUndefined();
    expect(found({ platform: { ...WELL, name: no('unresolved') } }).by?.offers).toBeUndefined();
  });

  test('is a full disk, where the log of the database that does not answer says that', () => {
    const line = 'FATAL:  could not write lock file "postmaster.pid": No space left on device';
    const ended = container('postgres', { state: 'exited', exitCode: 1 });
    expect(causeOf({ platform: DOWN, docker: docker([ended], log('postgres', line)) })).toBe(
      'The disk of the database is full.',
    );
    const later = found({ docker: docker(ALL_RUN, log('postgres', line)) });
    expect(step(later, 'disk').state).toBe('look');
    const elsewhere = found({ platform: DOWN, docker: docker(ALL_RUN, log('web', line)) });
    expect(elsewhere.by?.name).toBe('port');
    const old = { service: 'postgres', lines: [{ service: 'postgres', text: line, at: new Date(0), isError: true }] };
    expect(found({ platform: DOWN, docker: docker(ALL_RUN, old) }).by?.name).toBe('port');
  });

  test('is who blocks others rather than the connections that pile up behind', () => {
    const diagnosis = found(asked({ connections: { ...yes, ...full }, activity: { ...yes, ...chain({}) } }));
    expect(diagnosis.cause).toBe(
      'Session 11 of app (gateway), idle in transaction for 10 minutes, blocks 1 other, for up to 4 minutes.',
    );
    expect(step(diagnosis, 'connections').state).toBe('wrong');
  });

  test('is what is wrong rather than what somebody may want to look at', () => {
    const old = { ...session(5), transactionSeconds: 90_000 };
    const facts = asked({ activity: { ...yes, waits: [], sessions: [old] } });
    expect(causeOf(facts)).toBe(
      'Nothing is broken. A transaction of app (gateway) (session 5, idle in transaction) has been open for 25 hours.',
    );
    expect(causeOf({ ...facts, migrations: { ...yes, platform: [], ledger: ['0099-x.ts'] } })).toContain('0099-x.ts');
  });

  test('is the ledger where the platform’s database is well', () => {
    const diagnosis = found({ ledger: DOWN, migrations: no('refused') });
    expect(diagnosis.cause).toMatch(/^CapOps’ own record \(the ledger\) cannot be used: PostgreSQL does not run/);
    expect(step(diagnosis, 'ledger').says).toBe('Port: Connection refused: nobody listens there');
  });

  test('is a freeze, where nothing else is to be told', () => {
    const frozen = 'Changes in test are frozen since noon, by Ada, because of a move.';
    expect(causeOf({ frozen })).toContain('frozen since noon, by Ada');
    expect(found({ frozen }).isBroken).toBe(false);
  });
});

describe('connections', () => {
  test.each([
    [80, 'ok'],
    [88, 'look'],
    [97, 'wrong'],
  ])('with %d of 97 taken are %s', (used, state) => {
    expect(step(found(asked({ connections: { ...yes, ...full, used } })), 'connections').state).toBe(state);
  });

  test('that are exhausted offer to restart the gateway, and never the database', () => {
    const { offers } = step(found(asked({ connections: { ...yes, ...full } })), 'connections');
    expect(offers).toEqual([{ label: 'Restart api-gateway', operation: 'restart', input: { service: 'api-gateway' } }]);
    const around = { ...AROUND, services: ['postgres'] };
    expect(
      step(found({ ...asked({ connections: { ...yes, ...full } }), around }), 'connections').offers,
    ).toBeUndefined();
  });

  test.each([
    ['limit of the user', 'ALTER ROLE "planner" CONNECTION LIMIT -1;'],
    ['limit of the database', 'ALTER DATABASE "planner" CONNECTION LIMIT -1;'],
  ] as const)('that reached the %s say what raises it', (refusal, statement) => {
    const platform = { ...DOWN, port: yes, tls: WELL.tls, login: no('no connections left'), refusal } as DatabaseExam;
    const diagnosis = found({ platform });
    expect(diagnosis.by).toMatchObject({ name: 'connections', type: expect.arrayContaining([statement]) });
    expect(step(diagnosis, 'locks').says).toBe('Not looked at, because of step “Login”');
  });
});

describe('a session that blocks others', () => {
  const root = (more: Partial<SessionSight>) => step(found(asked({ activity: { ...yes, ...chain(more) } })), 'locks');

  test('can be ended with a button that names it for ever', () => {
    const input = { session: '11', started: '2026-11-22 11:00:00+00' };
    expect(root({}).offers).toEqual([{ label: 'End session 11', operation: 'end-session', input, style: 'danger' }]);
  });

  test.each([
    ['CapOps’ own', { isOurs: true }, /“runs” shows which/],
    ['PostgreSQL’s own', { kind: 'autovacuum worker' }, /PostgreSQL’s own work \(autovacuum worker\)/],
    ['not shown to us', { started: '', kind: '' }, /may not see others’ sessions/],
    ['another database’s', { isHere: false }, /./],
  ])('that is %s cannot, and it is said why', (_, more, words) => {
    expect(root(more)).toMatchObject({ state: 'wrong', offers: [], next: expect.stringMatching(words) });
  });

  test('is not told of while others wait in passing', () => {
    const { sessions, waits } = chain({});
    const activity = { ...yes, sessions, waits: waits.map((one) => ({ ...one, seconds: 1 })) };
    expect(step(found(asked({ activity })), 'locks')).toMatchObject({
      state: 'look',
      says: expect.stringMatching(/^Nobody waits for long/),
    });
  });

  test('may be a prepared transaction, which has no session', () => {
    const waits = [{ pid: 12, blockedBy: [0], seconds: 60, mode: 'AccessShareLock', table: null }];
    const locks = step(found(asked({ activity: { ...yes, sessions: [session(12)], waits } })), 'locks');
    expect(locks).toMatchObject({ cause: 'A prepared transaction blocks 1 other, for up to 60 s.', offers: [] });
  });
});

describe('the disk', () => {
  const disk = (freeBytes: number) =>
    step(found(asked({ size: { ...yes, databaseBytes: 1e9, disk: { freeBytes, totalBytes: 100e9 } } })), 'disk').state;

  test('is full below a hundredth, and almost full below a tenth', () => {
    expect([disk(50e9), disk(9e9), disk(0.5e9)]).toEqual(['ok', 'look', 'wrong']);
  });

  test('that cannot be seen is not called fine', () => {
    expect(step(found({}), 'disk')).toMatchObject({
      state: 'note',
      says: '1.2 GB database, what is left for it is not known; 50.0 GB left for backups',
    });
  });
});

describe('writing', () => {
  const writing = (server: Partial<ServerSight>) =>
    step(found({ platform: { ...WELL, server: { ...yes, ...SERVER, ...server } } }), 'writing');

  test.each([
    [{ isStandby: true }, 'SELECT pg_promote();'],
    [{ isReadOnly: true, readOnlyFrom: 'database' }, 'ALTER DATABASE "planner" RESET default_transaction_read_only;'],
    [{ isReadOnly: true, readOnlyFrom: 'user' }, 'ALTER ROLE "planner" RESET default_transaction_read_only;'],
    [{ isReadOnly: true, readOnlyFrom: 'configuration file' }, 'ALTER SYSTEM RESET default_transaction_read_only;'],
  ])('where %j is not allowed, and the way out is %s', (server, statement) => {
    expect(writing(server)).toMatchObject({ state: 'wrong', type: expect.arrayContaining([statement]) });
  });
});

describe('services and their logs', () => {
  test('are one line where Docker is not configured, and where it does not answer', () => {
    expect(found({}).steps.filter(({ name }) => ['services', 'logs'].includes(name))).toHaveLength(1);
    const silent = found({ docker: { isSeen: false, because: 'Docker does not answer.' } });
    expect(step(silent, 'services')).toMatchObject({ state: 'look', says: 'Docker does not answer.' });
    expect(silent.isBroken).toBe(false);
  });

  test('a service that does not run, is ill or has no container is named', () => {
    const containers = [container('postgres'), container('api-gateway', { health: 'unhealthy' })];
    const services = step(found({ docker: docker(containers) }), 'services');
    expect(services.says).toBe('api-gateway runs, and its own health check fails; web has no container');
    expect(services.offers).toEqual([expect.objectContaining({ input: { service: 'api-gateway' } })]);
  });

  test('a service that Docker starts again and again is wrong between its deaths, too', () => {
    const startedAt = new Date(NOW.getTime() - 4_000);
    const said = (more: Partial<ContainerSight>) =>
      step(found({ docker: docker([...ALL_RUN.slice(0, 2), container('web', more)]) }), 'services').says;
    const alive = { startedAt, health: undefined, restarts: 5 };
    expect(said(alive)).toBe('web is restarted again and again (5 times)');
    expect(said({ ...alive, restarts: 1 })).toBe('All run (postgres, api-gateway, web)');
    const dead = { state: 'restarting', exitCode: 1, endedAt: startedAt, restarts: 1 } as const;
    expect(said(dead)).toBe('web is restarted again and again (1 time), having ended with code 1, 4 s ago');
  });

  test('of a database that answers, its own service is not what is wrong', () => {
    const diagnosis = found({ docker: docker([container('postgres', { state: 'paused' }), ...ALL_RUN.slice(1)]) });
    expect(step(diagnosis, 'services').state).toBe('look');
    expect(diagnosis.isBroken).toBe(false);
    expect(causeOf({ docker: docker([container('web', { state: 'dead' }), container('api-gateway')]) })).toMatch(
      /^The service web does not run/,
    );
  });

  test('a module that is not found asks for Prisma’s client, in the checkout', () => {
    const around = { ...AROUND, checkout: "/srv/the planner's" };
    const line = `Error: Cannot find module '.prisma/client/default'`;
    const diagnosis = found({ around, docker: docker(ALL_RUN, log('api-gateway', line)) });
    expect(diagnosis.cause).toMatch(/^Module not found: the service api-gateway/);
    expect(diagnosis.by?.type).toEqual([String.raw`cd '/srv/the planner'\''s' && pnpm prisma:generate`]);
    expect(diagnosis.by?.details?.[0]?.rows).toEqual([['api-gateway', '60 s ago', line]]);
  });

  test('permission denied in a log asks for the platform’s migrations', () => {
    const diagnosis = found({
      docker: docker(ALL_RUN, log('api-gateway', 'error: permission denied for table stands')),
    });
    expect(diagnosis.cause).toBe('The service api-gateway lacks rights: permission denied for table stands.');
    expect(diagnosis.by?.type).toEqual(['pnpm prisma:migrate:deploy']);
  });

  test('what was said half an hour ago is over, unless its service has ended since', () => {
    const line = {
      service: 'web',
      text: 'Error: Cannot find module x',
      at: new Date(NOW.getTime() - 3_600_000),
      isError: true,
    };
    const logs = { service: 'web', lines: [line] };
    expect(step(found({ docker: docker(ALL_RUN, logs) }), 'logs').state).toBe('ok');
    const ended = [...ALL_RUN.slice(0, 2), container('web', { state: 'exited', exitCode: 1 })];
    expect(step(found({ docker: docker(ended, logs) }), 'logs').state).toBe('wrong');
  });

  test.each([
    'INFO GET /api/modules/gardening 404 Module not found',
    'ERROR GET /api/modules/gardening 404 Module not found',
    '10.0.0.9 - - "GET /?q=Cannot%20find%20module HTTP/1.1" 404 MODULE_NOT_FOUND',
    '[Nest] 1  - LOG [Seed] permission denied for table stands: skipped',
    '{"level":30,"msg":"the module not found page was drawn"}',
  ])('a line that only bears the words is no cause: %s', (line) => {
    expect(found({ docker: docker(ALL_RUN, log('api-gateway', line)) }).isBroken).toBe(false);
  });

  test('a further line of an error is a cause, whether or not it bears a level', () => {
    const line = `  code: 'MODULE_NOT_FOUND',`;
    expect(found({ docker: docker(ALL_RUN, log('api-gateway', line)) }).isBroken).toBe(true);
  });

  test('what a service said before it was restarted is over, unless Docker starts it again and again', () => {
    const said = log('web', 'Error: Cannot find module x');
    const started = (secondsAgo: number, restarts: number) =>
      step(
        found({
          docker: docker(
            [
              ...ALL_RUN.slice(0, 2),
              container('web', { startedAt: new Date(NOW.getTime() - secondsAgo * 1000), restarts }),
            ],
            said,
          ),
        }),
        'logs',
      ).state;
    expect([started(5, 0), started(5, 3), started(3600, 0)]).toEqual(['ok', 'wrong', 'wrong']);
  });

  test('what was not said again for five minutes may be mended, and says so', () => {
    const at = new Date(NOW.getTime() - 600_000);
    const line = { service: 'web', text: 'error: permission denied for table stands', at, isError: true };
    const diagnosis = found({ docker: docker(ALL_RUN, { service: 'web', lines: [line] }) });
    expect(diagnosis.isBroken).toBe(false);
    expect(diagnosis.cause).toMatch(/ago a log said, and has not since: The service web lacks rights/);
    expect(diagnosis.by?.type).toEqual(['pnpm prisma:migrate:deploy']);
  });

  test('a log that cannot be read says why', () => {
    const unread = { service: 'web', lines: [], because: 'Its logging driver keeps none.' };
    expect(step(found({ docker: docker(ALL_RUN, unread) }), 'logs')).toMatchObject({
      state: 'look',
      says: 'No errors lately; web could not be read: Its logging driver keeps none.',
    });
  });
});

test('a question that is not answered is told of, and the others stand', () => {
  const diagnosis = found(asked({ activity: no('silent') }));
  expect(step(diagnosis, 'locks')).toMatchObject({ state: 'look', says: 'Asked, and not answered in time' });
  expect(step(diagnosis, 'connections').state).toBe('ok');
});

test('a certificate that ends soon is told of', () => {
  const tls = { ...yes, isAskedFor: true, isUntrusted: true, certificateEnds: new Date('2026-11-25') } as const;
  expect(step(found({ platform: { ...WELL, tls } }), 'tls')).toMatchObject({
    state: 'look',
    says: 'Spoken; its certificate ends in 2 days (and is not checked)',
  });
});

test('tables that are not there ask for the platform’s migrations, or for another address', () => {
  const table = { schema: 'entitlement', table: 'entitlements', isThere: false, maySeeSchema: true, missing: [] };
  const diagnosis = found(asked({ rights: { ...yes, tables: [table] } }));
  expect(diagnosis.cause).toMatch(/^The platform’s database lacks entitlement.entitlements/);
});

test('a migration that was begun just now and has said nothing is probably at work', () => {
  const unfinished = [{ schema: 'public', name: '1_x', startedAt: new Date(NOW.getTime() - 30_000), log: '' }];
  expect(step(found(asked({ migrations: { ...yes, unfinished } })), 'migrations').state).toBe('look');
});

test('what is to be typed for a migration is one word for the shell, whatever its name is', () => {
  const unfinished = [{ schema: 'public', name: 'x; rm -rf ~', startedAt: new Date(0), log: '' }];
  const [resolve] = step(found(asked({ migrations: { ...yes, unfinished } })), 'migrations').type ?? [];
  expect(resolve).toBe(`pnpm exec prisma migrate resolve --rolled-back 'x; rm -rf ~'`);
});
