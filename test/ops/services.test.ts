import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { openContainers } from '../../src/adapters/containers.ts';
import { openJournal } from '../../src/adapters/journal.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService, type Outcome } from '../../src/ops/service/service.ts';
import { awaitHealth } from '../../src/ops/services/await-health.ts';
import type { ComposeSettings } from '../../src/ports.ts';
import { addressOf } from '../setup/database.ts';
import { type Engine, startEngine, UNTIL_STOPPED } from '../setup/docker.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { whyMissing } from '../setup/machine.ts';
import { startCli } from '../setup/run-cli.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { ADA, type Desk, OMAR, openDesk, POLICY, said, TERMINAL, VERA } from './desk.ts';

const COMPOSE: ComposeSettings = {
  project: 'planner',
  services: ['api-gateway', 'web', 'jobs', 'fragile', 'sickly', 'pair', 'chatty'],
};
/** An engine of one’s own is root’s. */
const mayStart = process.getuid?.() === 0 && !whyMissing('docker');

let engine: Engine;
let docker: TcpProxy;
let ledger: TcpProxy;
let desk: Desk;
beforeAll(async () => {
  if (mayStart) engine = await startEngine();
  docker = await tcpProxy(engine?.socketPath ?? '/nowhere/docker.sock');
  ledger = await tcpProxy(Number(new URL(addressOf('postgres')).port));
  const host = { protocol: 'http', host: '127.0.0.1', port: docker.port } as const;
  desk = await openDesk({
    settings: { compose: COMPOSE },
    containers: async () => openContainers(COMPOSE, host),
    through: (url, database) => (database === 'ledger' ? ledger.through(url) : url),
  });
  desk.now = new Date();
}, 60_000);
afterAll(async () => {
  await desk?.close();
  await Promise.all([docker?.close(), ledger?.close()]);
  await engine?.stop();
}, 30_000);

afterEach(() => engine?.clear());

const checked = (command: string) => ['--health-cmd', command, '--health-interval', '500ms', '--health-retries', '1'];

/** Types a command and confirms what it shows. */
async function confirmed(text: string, more: { signal?: AbortSignal } = {}): Promise<Outcome> {
  const shown = await desk.types(OMAR, text);
  if (shown.kind !== 'preview' || shown.confirmation === undefined) throw new Error(`no preview: ${said(shown)}`);
  return desk.types(OMAR, text, { confirmation: shown.confirmation, ...more });
}

function reportOf(outcome: Outcome) {
  if (outcome.kind !== 'done' && outcome.kind !== 'preview') throw new Error(said(outcome));
  return outcome.report;
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
}

const healthOf = (id: string) => engine.docker('inspect', '-f', '{{.State.Health.Status}}', id).trim();

describe.skipIf(!mayStart)('services', () => {
  itNeeds(
    'docker',
    'are a table as compose has it, the worst said first, with ways on for what is not well',
    async () => {
      const well = engine.start({ service: 'api-gateway', script: UNTIL_STOPPED, options: checked('true') });
      engine.say({ service: 'web', script: 'exit 0' });
      await until(() => healthOf(well) === 'healthy');
      const report = reportOf(await desk.types(VERA, 'services'));
      expect(report).toMatchObject({ tone: 'attention', broken: true });
      expect(report.title).toMatch(/^web is down; jobs is down \(no container\); .*; one more is well\.$/);
      const [table] = report.parts ?? [];
      expect(table).toMatchObject({
        columns: ['Service', 'State', 'Up since', 'Restarts', 'Image', 'Ports'],
        rows: expect.arrayContaining([
          ['api-gateway', 'running, healthy', expect.stringContaining(' UTC'), '0', 'localhost/shell:1', ''],
          ['web', 'exited (0) just now', '', '0', 'localhost/shell:1', ''],
          ['jobs', 'no container', '', '', '', ''],
        ]),
      });
      // Vera may look, not act.
      expect(report.offers).toEqual([]);
      const offers = reportOf(await desk.types(OMAR, 'services')).offers?.map(({ label, input }) => [label, input]);
      expect(offers).toEqual([
        ['Restart web', { service: 'web' }],
        ['Show its log', { service: 'web' }],
      ]);
    },
  );
});

describe.skipIf(!mayStart)('a restart', () => {
  itNeeds('docker', 'shows what would happen, waits for health, and tells the channel who and why', async () => {
    const needing = ['--label', 'com.docker.compose.depends_on=chatty:service_started:true'];
    const id = engine.start({ service: 'chatty', script: UNTIL_STOPPED, options: checked('true') });
    engine.start({ service: 'jobs', script: UNTIL_STOPPED, options: needing });
    const text = 'restart CHATTY because it answers 502';
    const preview = await desk.types(OMAR, text);
    expect(preview).toMatchObject({ kind: 'preview', confirmLabel: 'Restart chatty' });
    expect(said(preview)).toContain('running, ');
    expect(said(preview)).toContain('Until it is back nobody is served by it. jobs need it.');
    const before = engine.docker('inspect', '-f', '{{.State.StartedAt}}', id);
    const report = reportOf(await confirmed(text));
    expect(report).toMatchObject({ tone: 'done' });
    expect(report.title).toMatch(/^chatty is back after \d s, healthy\.$/);
    expect(report.announcement).toMatch(
      /^restarted chatty because it answers 502; chatty is back after \d s, healthy$/,
    );
    expect(engine.docker('inspect', '-f', '{{.State.StartedAt}}', id)).not.toBe(before);
    const [run] = await desk.ledger(`SELECT state, effect FROM runs WHERE operation = 'restart' AND state = 'done'`);
    expect(run).toEqual({ state: 'done', effect: 'changes' });
    const [entry] = await desk.ledger(
      `SELECT "before", "after" FROM audit_log WHERE operation = 'restart' ORDER BY sequence DESC LIMIT 1`,
    );
    expect(entry).toMatchObject({ after: { service: 'chatty', containers: [{ came: 'back' }] } });
  });

  itNeeds(
    'docker',
    'that ends in another death says so, with its exit code and last lines, less their secrets',
    async () => {
      const script = `[ -e /ran ] && echo "cannot reach postgres://ada:pa55word@db/planner" && exit 7; touch /ran; ${UNTIL_STOPPED}`;
      engine.start({ service: 'fragile', script });
      const report = reportOf(await confirmed('restart fragile'));
      expect(report).toMatchObject({ tone: 'attention', broken: true });
      expect(report.title).toMatch(/^fragile did not come back: exited \(7\) just now\.$/);
      expect(JSON.stringify(report.parts)).toContain('cannot reach postgres://[secret]@db/planner');
      expect(report.announcement).toContain('restarted fragile; fragile did not come back: exited (7)');
      expect(report.offers?.map(({ operation }) => operation)).toEqual(['logs', 'services']);
    },
  );

  itNeeds('docker', 'that was confirmed for containers that are no longer there is shown anew', async () => {
    const id = engine.start({ service: 'jobs', script: UNTIL_STOPPED });
    const shown = await desk.types(OMAR, 'restart jobs');
    engine.docker('rm', '-f', id);
    engine.start({ service: 'jobs', script: UNTIL_STOPPED });
    const confirmation = shown.kind === 'preview' ? (shown.confirmation ?? '') : '';
    expect(await desk.types(OMAR, 'restart jobs', { confirmation })).toMatchObject({ kind: 'preview', moved: true });
  });

  itNeeds('docker', 'that ends in a failing health check says so', async () => {
    const script = `[ -e /ran ] && touch /sick; touch /ran; ${UNTIL_STOPPED}`;
    engine.start({ service: 'sickly', script, options: checked('! [ -e /sick ]') });
    expect(reportOf(await confirmed('restart sickly')).title).toMatch(
      /^sickly did not come back: running, unhealthy, \d s after its restart\.$/,
    );
  });

  itNeeds('docker', 'leaves the other containers of a service alone when the first does not come back', async () => {
    const number = (count: number) => [
      '--label',
      `com.docker.compose.container-number=${count}`,
      '--name',
      `planner-pair-${count}`,
    ];
    const script = `[ -e /ran ] && exit 1; touch /ran; ${UNTIL_STOPPED}`;
    for (const count of [2, 1]) engine.start({ service: 'pair', script, options: number(count) });
    const report = reportOf(await confirmed('restart pair'));
    expect(report.title).toMatch(/^pair did not come back: exited \(1\)/);
    expect(JSON.stringify(report.parts)).toContain('so that pair is not gone altogether: planner-pair-2.');
    expect(said(await desk.types(OMAR, 'services'))).toContain('pair runs in 1 of 2 containers');
  });

  itNeeds(
    'docker',
    'of one without a health check is over once it has run on for a while, and of one that keeps dying soon',
    async () => {
      const containers = openContainers(COMPOSE, { socketPath: engine.socketPath });
      const { signal } = new AbortController();
      const pace = { withinMs: 20_000, everyMs: 50, steadyMs: 800 };
      const plain = engine.start({ service: 'jobs', script: UNTIL_STOPPED });
      const back = await awaitHealth(containers, { id: plain, signal, pace });
      expect(back).toMatchObject({ kind: 'back' });
      expect(back.seconds).toBeGreaterThan(0.5);
      const dying = engine.start({ service: 'jobs', script: 'exit 1', options: ['--restart', 'always'] });
      const again = await awaitHealth(containers, { id: dying, signal, pace });
      expect(again).toMatchObject({ kind: 'not back', deaths: 3 });
      const slow = engine.start({
        service: 'jobs',
        script: UNTIL_STOPPED,
        options: ['--health-cmd', 'false', '--health-interval', '30s'],
      });
      const late = await awaitHealth(containers, { id: slow, signal, pace: { ...pace, withinMs: 300 } });
      expect(late).toMatchObject({ kind: 'not back', sight: { health: 'starting' } });
      engine.docker('rm', '-f', plain, dying, slow);
    },
  );

  itNeeds('docker', 'is one at a time for a service; whoever stops waiting hears what stands', async () => {
    engine.start({
      service: 'jobs',
      script: UNTIL_STOPPED,
      options: ['--health-cmd', 'false', '--health-interval', '30s'],
    });
    const ending = new AbortController();
    const first = confirmed('restart jobs', { signal: ending.signal });
    const leases = () => desk.databases.ledger('leases').where({ resource: 'service jobs' }).select('held_until');
    const isHeld = async () => (await leases()).some(({ held_until: until }) => until > new Date());
    for (let tries = 0; tries < 100 && !(await isHeld()); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said(await confirmed('restart jobs'))).toContain('Somebody is at work on service jobs: Omar');
    // What whoever asked hears should CapOps be killed here.
    const noted = await desk.databases.ledger('runs_so_far').select('words');
    expect(noted).toContainEqual({ words: 'Docker was asked to restart jobs. “services” says how it is.' });
    ending.abort();
    const report = reportOf(await first);
    expect(report.title).toBe(
      'Docker was asked to restart jobs, and nobody waited for it to come back: “services” says how it is.',
    );
    expect(report.announcement).toContain('restarted jobs; nobody saw how it came back');
  });

  itNeeds('docker', 'works while the ledger is down, and stands in the emergency journal', async () => {
    engine.start({ service: 'jobs', script: UNTIL_STOPPED, options: checked('true') });
    const folder = mkdtempSync(join(tmpdir(), 'capops-journal-'));
    const quiet = () => undefined;
    const service = createService(
      {
        databases: desk.databases,
        cache: undefined,
        directory: undefined,
        clock: { now: () => new Date() },
        log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
        settings: { environment: 'test', timeZone: 'UTC', policy: POLICY, compose: COMPOSE },
        openContainers: async () => openContainers(COMPOSE, { socketPath: engine.socketPath }),
        journal: openJournal({ folder, clock: { now: () => new Date() } }),
      },
      OPERATIONS,
    );
    const operation = service.find('restart');
    if (!operation) throw new Error('no restart');
    await ledger.refuse();
    const request = { operation, actor: OMAR, raw: { service: 'jobs' } };
    const shown = await service.execute(request);
    const outcome = await service.execute({
      ...request,
      ...(shown.kind === 'preview' ? { confirmation: shown.confirmation ?? '' } : {}),
    });
    expect(reportOf(outcome).title).toMatch(/^jobs is back after/);
    await service.settled();
    // What was shown before, and what was done.
    expect(await readdir(folder)).toHaveLength(2);
    await ledger.pass();
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(!mayStart)('logs', () => {
  itNeeds(
    'docker',
    'show the newest lines without secrets, by number, by time and by the characters they hold',
    async () => {
      const key = '-----BEGIN PRIVATE KEY-----\\nMIIEvQ\\n-----END PRIVATE KEY-----';
      engine.say({
        service: 'chatty',
        script: `echo old; sleep 1.1; echo "GET /a.b 200"; echo "GET /axb 200"; echo 'password: hunter2'; printf '${key}\\n'; echo "last one"`,
      });
      const all = reportOf(await desk.types(OMAR, 'logs chatty'));
      expect(all.title).toBe('chatty: 8 lines.');
      expect(JSON.stringify(all)).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d old/);
      expect(JSON.stringify(all)).not.toMatch(/hunter2|MIIEvQ/);
      expect(JSON.stringify(all)).toContain('password: [secret]');
      expect(reportOf(await desk.types(OMAR, 'logs chatty 1')).title).toBe('chatty: the newest 1 line.');
      const found = reportOf(await desk.types(OMAR, 'logs chatty grep /A.B since 10m'));
      expect(found.title).toMatch(/^chatty: 1 line with “\/A\.B” since /);
      expect(JSON.stringify(found)).not.toContain('axb');
      expect(reportOf(await desk.types(OMAR, 'logs chatty grep hunter2')).title).toBe(
        'chatty has written nothing with “hunter2”.',
      );
      expect(said(await desk.types(OMAR, 'logs chatty 3000'))).toContain('a whole number from 1 to 2,000');
      expect(said(await desk.types(OMAR, 'logs chatty since nonsense'))).toContain('is no time to look back to');
      expect(await desk.types(VERA, 'logs chatty')).toMatchObject({ kind: 'denied' });
    },
  );

  itNeeds(
    'docker',
    'that are long come as a file, with the last lines beside it; the terminal has them all',
    async () => {
      engine.say({ service: 'sickly', script: 'for i in $(seq 60); do echo "line $i of many"; done' });
      const report = reportOf(await desk.types(OMAR, 'logs sickly 50'));
      const [file] = report.attachments ?? [];
      expect(file?.name).toMatch(/^sickly-\d{14}\.log$/);
      expect(file?.content.trim().split('\n')).toHaveLength(50);
      const shown = report.parts?.find((part) => part.kind === 'log');
      expect(shown?.lines).toHaveLength(15);
      expect(shown?.lines.at(-1)).toContain('line 60 of many');
      expect(report.offers?.map(({ label }) => label)).toEqual(['Show 1,000 lines']);
      const typed = reportOf(await desk.types(TERMINAL, 'logs sickly 50'));
      expect(typed.attachments).toBeUndefined();
      expect(typed.parts?.find((part) => part.kind === 'log')?.lines).toHaveLength(50);
    },
  );

  itNeeds('docker', 'are followed in the terminal until Ctrl-C', async () => {
    engine.start({
      service: 'jobs',
      script: 'while :; do echo "tick \u001b[31mred\u001b[0m token=abcdefgh"; sleep 0.2; done',
    });
    const folder = mkdtempSync(join(tmpdir(), 'capops-logs-'));
    const file = 'environment: test\ncompose: { project: planner, services: [jobs] }\n';
    writeFileSync(join(folder, 'capops.yml'), file, { mode: 0o600 });
    const env = { DATABASE_URL: desk.platformUrl, DOCKER_HOST: `unix://${engine.socketPath}` };
    const { child, done } = startCli(['logs', 'jobs', '--follow'], { cwd: folder, env });
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { code, stdout, stderr } = await done;
    expect(code).toBe(130);
    for (const line of stdout.trim().split('\n'))
      expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d tick red token=\[secret\]$/);
    expect(stderr).toMatch(/jobs is followed no more, after \d+ lines?\./);
    rmSync(folder, { recursive: true });
  });

  itNeeds(
    'docker',
    'are followed for as long as somebody reads on, at the reader’s pace, and only where lines can be printed',
    async () => {
      // From two containers, whose lines come one at a time.
      for (const name of ['tick', 'tock'])
        engine.start({ service: 'jobs', script: `while :; do echo ${name}; sleep 0.1; done` });
      const printed: string[] = [];
      let isPrinting = false;
      const print = async (line: string) => {
        expect(isPrinting).toBe(false);
        isPrinting = true;
        await new Promise((resolve) => setTimeout(resolve, 50));
        isPrinting = false;
        printed.push(line);
        return printed.length < 4;
      };
      const outcome = await desk.types(TERMINAL, 'logs jobs 2 --follow', { print });
      expect(reportOf(outcome).title).toBe('jobs is followed no more, after 3 lines.');
      expect(printed).toHaveLength(4);
      expect(said(await desk.types(TERMINAL, 'logs jobs --follow'))).toContain('leave --format out');
    },
  );
});

describe('what somebody would type by hand is said', () => {
  const inUnconfigured = async (text: string) => {
    const { compose: _, ...without } = { compose: COMPOSE };
    const service = createService(
      { ...bare(), settings: { environment: 'test', timeZone: 'UTC', policy: POLICY, ...without } },
      OPERATIONS,
    );
    const [verb = '', name] = text.split(' ');
    const operation = service.find(verb);
    if (!operation) throw new Error(`no ${verb}`);
    return said(await service.execute({ operation, actor: ADA, raw: name === undefined ? {} : { service: name } }));
  };
  const bare = () => {
    const quiet = () => undefined;
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    return { databases: desk.databases, cache: undefined, directory: undefined, clock: { now: () => new Date() }, log };
  };

  it.each([
    ['services', 'docker compose ps --all'],
    ['restart api-gateway', 'docker compose restart api-gateway'],
    ['logs api-gateway', 'docker compose logs --tail 100 api-gateway'],
  ])('where capops.yml names no services: %s', async (text, command) => {
    const words = await inUnconfigured(text);
    expect(words).toContain('capops.yml has no section “compose” yet');
    expect(words).toMatch(new RegExp(`${command}$`));
  });

  test.each(['services', 'restart web', 'logs web'])('while Docker is down: %s', async (text) => {
    await docker.refuse();
    const words = said(await desk.types(OMAR, text));
    expect(words).toMatch(
      /^Docker does not answer\. By hand, in the platform’s folder on its machine: docker compose \w+/,
    );
    await docker.pass();
  });
});

it('a service that is not there is refused, with those that are', async () => {
  const words = said(await desk.types(OMAR, 'restart api-gatway'));
  expect(words).toContain(
    'CapOps looks after no service “api-gatway”. Did you mean api-gateway? capops.yml names these:',
  );
});

describe.skipIf(!mayStart)('a service without a container', () => {
  itNeeds('docker', 'cannot be restarted, and what makes one is said', async () => {
    expect(said(await desk.types(OMAR, 'restart pair'))).toContain('docker compose up -d pair makes one');
    expect(said(await desk.types(OMAR, 'logs pair'))).toContain('There is no container of pair.');
  });
});
