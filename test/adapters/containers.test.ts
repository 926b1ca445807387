import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as askSocket } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openContainers } from '../../src/adapters/containers.ts';
import type { DockerHost } from '../../src/config/docker.ts';
import { ContainersError } from '../../src/errors.ts';
import type { ContainerLine, ContainerLogWish, ContainerSight } from '../../src/ports.ts';
import { type Authority, openAuthority } from '../setup/certificates.ts';
import { type Engine, startEngine, UNTIL_STOPPED } from '../setup/docker.ts';
import { type HttpService, httpService } from '../setup/http-service.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { whyMissing } from '../setup/machine.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';

const SERVICES = ['web', 'api', 'batch', 'shell', 'hungry', 'twins'];
const NEVER = new AbortController().signal;
/** An engine of one’s own is root’s. */
const mayStart = process.getuid?.() === 0 && !whyMissing('docker') && !whyMissing('openssl');

let engine: Engine;
let authority: Authority;
let folder: string;
let tlsPort: number;
beforeAll(async () => {
  if (!mayStart) return;
  authority = openAuthority();
  folder = mkdtempSync(join(tmpdir(), 'capops-docker-tls-'));
  const { key, cert } = authority.issue('localhost', { from: -1, until: 1 });
  for (const [name, text] of Object.entries({ 'ca.pem': authority.cert, 'cert.pem': cert, 'key.pem': key }))
    writeFileSync(join(folder, name), text);
  tlsPort = await freePort();
  const tls = {
    port: tlsPort,
    ca: join(folder, 'ca.pem'),
    cert: join(folder, 'cert.pem'),
    key: join(folder, 'key.pem'),
  };
  engine = await startEngine({ tls });
}, 60_000);
afterAll(async () => {
  await engine?.stop();
  authority?.close();
  if (folder) rmSync(folder, { recursive: true });
}, 30_000);

afterEach(() => engine?.clear());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const at = (host: DockerHost = { socketPath: engine.socketPath }) =>
  openContainers({ project: 'planner', services: SERVICES }, host);
const throughPort = (port: number): DockerHost => ({ protocol: 'http', host: '127.0.0.1', port });

async function sightOf(id: string): Promise<ContainerSight | undefined> {
  return (await at().list(NEVER)).find((one) => one.id === id);
}

async function read(wish: Partial<ContainerLogWish> & { service: string }, host?: DockerHost) {
  const lines: ContainerLine[] = [];
  const { isPartial } = await at(host).readLog({ lines: 100, signal: NEVER, ...wish }, (line) => lines.push(line));
  return { isPartial, lines, texts: lines.map(({ text }) => text) };
}

/** How long it took to fail, and how. */
async function failure(work: Promise<unknown>): Promise<{ kind: string; message: string; ms: number }> {
  const begun = performance.now();
  const error = await work.then(
    () => new Error('nothing failed'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ContainersError)) throw error;
  return { kind: error.kind, message: error.message, ms: performance.now() - begun };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 250 && !(await holds()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
}

describe.skipIf(!mayStart)('the containers of the platform’s services', () => {
  itNeeds(
    'docker',
    'are seen with state, health, exit code, memory, restarts, and in the services’ order',
    async () => {
      const health = (command: string) => [
        '--health-cmd',
        command,
        '--health-interval',
        '500ms',
        '--health-retries',
        '1',
      ];
      const needs = ['--label', 'com.docker.compose.depends_on=api:service_healthy:false,db:service_started:false'];
      const well = engine.start({ service: 'web', script: UNTIL_STOPPED, options: [...health('true'), ...needs] });
      const ill = engine.start({ service: 'api', script: UNTIL_STOPPED, options: health('false') });
      const plain = engine.start({ service: 'shell', script: UNTIL_STOPPED });
      const dead = engine.start({ service: 'batch', script: 'exit 3', options: ['--restart', 'on-failure:1'] });
      const fed = engine.start({
        service: 'hungry',
        script: 'x=a; while :; do x=$x$x; done',
        options: ['-m', '8m', '--memory-swap', '8m'],
      });
      engine.start({ service: 'web', project: 'other', script: UNTIL_STOPPED });
      engine.start({ service: 'db', script: UNTIL_STOPPED });
      engine.start({ service: 'web', script: UNTIL_STOPPED, options: ['--label', 'com.docker.compose.oneoff=True'] });
      await until(async () => {
        const sights = await at().list(NEVER);
        const settled = (id: string, state: string) =>
          sights.some((one) => one.id === id && [one.state, one.health].includes(state as never));
        return (
          settled(well, 'healthy') && settled(ill, 'unhealthy') && settled(dead, 'exited') && settled(fed, 'exited')
        );
      });
      const sights = await at().list(NEVER);
      expect(sights.map(({ id }) => id)).toEqual([well, ill, dead, plain, fed]);
      const time = expect.any(Date);
      const running = { state: 'running', startedAt: time, endedAt: undefined, exitCode: undefined };
      const ended = { state: 'exited', health: undefined, startedAt: time, endedAt: time };
      expect(sights).toMatchObject([
        { ...running, service: 'web', health: 'healthy', image: 'localhost/shell:1', dependsOn: ['api', 'db'] },
        { ...running, service: 'api', health: 'unhealthy' },
        { ...ended, service: 'batch', exitCode: 3, restarts: 1, isOutOfMemory: false },
        { ...running, service: 'shell', health: undefined },
        { ...ended, service: 'hungry', exitCode: 137, isOutOfMemory: true },
      ]);
      engine.docker('rm', '-f', well, ill, dead, fed);
    },
  );

  itNeeds('docker', 'are restarted, and nobody else’s are, whatever id is handed in', async () => {
    const own = engine.start({ service: 'api', script: UNTIL_STOPPED });
    const others = [
      engine.start({ service: 'api', project: 'other', script: UNTIL_STOPPED }),
      engine.start({ service: 'db', script: UNTIL_STOPPED }),
      '../images/json?',
    ];
    const startOf = (id: string) => engine.docker('inspect', '-f', '{{.State.StartedAt}}', id);
    const before = [own, ...others.slice(0, 2)].map(startOf);
    await at().restart(own, NEVER);
    for (const id of others) {
      expect(await failure(at().restart(id, NEVER))).toMatchObject({
        kind: 'denied',
        message: 'That container belongs to no service that capops.yml names.',
      });
    }
    const after = [own, ...others.slice(0, 2)].map(startOf);
    expect(after.map((start, place) => start === before[place])).toEqual([false, true, true]);
    engine.docker('rm', '-f', own);
    expect(await failure(at().restart(own, NEVER))).toMatchObject({
      kind: 'gone',
      message: 'Its container has just gone.',
    });
  });

  itNeeds('docker', 'which Docker cannot start are told of in Docker’s words', async () => {
    const id = engine
      .docker(
        'create',
        '--network',
        'none',
        '--label',
        'com.docker.compose.project=planner',
        '--label',
        'com.docker.compose.service=batch',
        'localhost/shell:1',
        'nowhere',
      )
      .trim();
    expect(await sightOf(id)).toMatchObject({ state: 'created', startedAt: undefined, exitCode: undefined });
    const { kind, message } = await failure(at().restart(id, NEVER));
    expect(kind).toBe('failed');
    expect(message).toMatch(/^Docker could not: .*nowhere.*not found.*\.$/);
  });
});

describe.skipIf(!mayStart)('what a service has written', () => {
  itNeeds('docker', 'comes with the moment, the stream, whole lines, and no more than wished for', async () => {
    const begun = Date.now();
    engine.say({
      service: 'batch',
      script: 'echo one; echo; echo "✈ x"; yes 0123456789 | head -n 4000 | tr -d "\\\\n"; echo; echo end',
    });
    const { lines, texts, isPartial } = await read({ service: 'batch' });
    expect(isPartial).toBe(false);
    expect(texts.slice(0, 3)).toEqual(['one', '', '✈ x']);
    expect(texts.at(-1)).toBe('end');
    expect(texts[3]).toMatch(/^(0123456789)+/);
    expect(texts[3]?.length).toBeLessThanOrEqual(16_384);
    for (const { at: moment } of lines) expect(Math.abs(moment.getTime() - begun)).toBeLessThan(20_000);
    const last = await read({ service: 'batch', lines: 2 });
    expect(last).toMatchObject({ texts: [expect.stringMatching(/^\d+$/), 'end'], isPartial: true });
    expect(await read({ service: 'batch', since: new Date(Date.now() + 60_000) })).toMatchObject({ texts: [] });
  });

  itNeeds('docker', 'with a terminal comes whole, too; of several containers in the order of time', async () => {
    engine.say({ service: 'web', script: 'echo broken >&2' });
    expect(await read({ service: 'web' })).toMatchObject({
      lines: [{ text: 'broken', isError: true, service: 'web' }],
    });
    engine.say({ service: 'shell', terminal: true, script: 'echo "a ✈"; echo b' });
    expect((await read({ service: 'shell' })).texts).toEqual(['a ✈', 'b']);
    // Two that wait for each other, by files.
    const shared = mkdtempSync(join(tmpdir(), 'capops-twins-'));
    const told = (name: string) => `sleep 0.3; touch /shared/${name}; sleep 0.3`;
    const heard = (name: string) => `until [ -e /shared/${name} ]; do sleep 0.1; done`;
    const options = ['-v', `${shared}:/shared`];
    const first = engine.start({ service: 'twins', options, script: `echo a1; ${told('a')}; ${heard('b')}; echo a2` });
    engine.start({ service: 'twins', options, script: `${heard('a')}; echo b1; ${told('b')}` });
    engine.docker('wait', first);
    expect((await read({ service: 'twins' })).texts).toEqual(['a1', 'b1', 'a2']);
    expect((await read({ service: 'twins', lines: 2 })).texts).toEqual(['b1', 'a2']);
    rmSync(shared, { recursive: true });
  });

  itNeeds('docker', 'is nobody else’s, and where there is none that is said', async () => {
    expect(await failure(read({ service: 'db' }))).toMatchObject({ kind: 'denied' });
    expect(await failure(read({ service: 'api' }))).toMatchObject({
      kind: 'gone',
      message: 'There is no container of api.',
    });
  });

  itNeeds(
    'docker',
    'is followed until the signal aborts, also while it is silent, and no connection stays',
    async () => {
      const id = engine.start({ service: 'api', script: `echo first; sleep 0.5; echo second; ${UNTIL_STOPPED}` });
      const proxy = await narrow();
      const ending = new AbortController();
      const texts: string[] = [];
      const following = at(throughPort(proxy.port)).readLog(
        { service: 'api', lines: 10, follow: true, signal: ending.signal },
        ({ text }) => {
          texts.push(text);
          if (text === 'second') setTimeout(() => ending.abort(), 5000 - 500);
        },
      );
      await following;
      expect(texts).toEqual(['first', 'second']);
      await until(async () => (await proxy.service.connections()) === 0);
      expect(await proxy.service.connections()).toBe(0);
      await proxy.service.close();
      engine.docker('rm', '-f', id);
    },
  );
});

interface Narrow {
  readonly service: HttpService;
  readonly port: number;
}

/** What docs/services.md has a proxy let pass. */
const documented = (method: 'GET' | 'POST') => {
  const [, pattern = ''] = new RegExp(`- -allow${method}=(.*)`).exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
  return new RegExp(`^${method} ${pattern}$`);
};
const DOCUMENT = join(PROJECT_ROOT, 'docs/services.md');

/** A proxy before the engine’s socket that lets only these pass. */
async function narrow(methods: readonly ('GET' | 'POST')[] = ['GET', 'POST']): Promise<Narrow> {
  const allowed = methods.map(documented);
  const service = await httpService((request, response) => {
    const line = `${request.method} ${request.url?.split('?')[0]}`;
    if (!allowed.some((one) => one.test(line))) return void response.writeHead(403).end('Forbidden');
    const { socketPath } = engine;
    const { method = '', url: path = '', headers } = request;
    const upstream = askSocket({ socketPath, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  return { service, port: Number(new URL(service.url).port) };
}

describe.skipIf(!mayStart)('Docker', () => {
  itNeeds('docker', 'is asked for no more than a proxy for reading and restarting lets pass', async () => {
    const id = engine.start({ service: 'api', script: `echo hello; ${UNTIL_STOPPED}` });
    const [proxy, reading] = [await narrow(), await narrow(['GET'])];
    const host = throughPort(proxy.port);
    await at(host).restart(id, NEVER);
    expect((await at(host).list(NEVER)).some((one) => one.id === id)).toBe(true);
    expect((await read({ service: 'api' }, host)).texts).toContain('hello');
    expect(await failure(at(throughPort(reading.port)).restart(id, NEVER))).toMatchObject({
      kind: 'denied',
      message: 'CapOps may not ask Docker.',
    });
    await Promise.all([proxy.service.close(), reading.service.close()]);
  });

  itNeeds(
    ['docker', 'openssl'],
    'is asked with TLS, and nobody is trusted whose certificate is another authority’s',
    async () => {
      const secure = (certificates: string): DockerHost => ({
        protocol: 'https',
        host: 'localhost',
        port: tlsPort,
        certificates,
      });
      expect(Array.isArray(await at(secure(folder)).list(NEVER))).toBe(true);
      const other = openAuthority();
      const wrong = mkdtempSync(join(tmpdir(), 'capops-docker-tls-'));
      const own = authority.issue('localhost', { from: -1, until: 1 });
      const foreign = other.issue('localhost', { from: -1, until: 1 });
      const put = (files: Record<string, string>) => {
        for (const [name, text] of Object.entries(files)) writeFileSync(join(wrong, name), text);
      };
      const distrust = { kind: 'denied', message: expect.stringMatching(/^Docker and CapOps do not trust each other/) };
      put({ 'ca.pem': other.cert, 'cert.pem': own.cert, 'key.pem': own.key });
      expect(await failure(at(secure(wrong)).list(NEVER))).toMatchObject(distrust);
      put({ 'ca.pem': authority.cert, 'cert.pem': foreign.cert, 'key.pem': foreign.key });
      expect(await failure(at(secure(wrong)).list(NEVER))).toMatchObject(distrust);
      rmSync(join(wrong, 'key.pem'));
      expect(await failure(at(secure(wrong)).list(NEVER))).toMatchObject({
        kind: 'denied',
        message: 'key.pem in DOCKER_CERT_PATH cannot be read.',
      });
      other.close();
      rmSync(wrong, { recursive: true });
    },
  );

  itNeeds(
    'docker',
    'may end in the middle of each call: that is said at once, and a follower does not wait for ever',
    async () => {
      const id = engine.start({
        service: 'api',
        script: `echo hello; ${UNTIL_STOPPED}`,
        options: ['--stop-signal', 'USR1'],
      });
      const proxy: TcpProxy = await tcpProxy(engine.socketPath);
      const host = throughPort(proxy.port);
      const signal = new AbortController().signal;
      const heard = Promise.withResolvers<void>();
      const following = failure(
        at(host).readLog({ service: 'api', lines: 1, follow: true, signal }, () => heard.resolve()),
      );
      const restarting = failure(at(host).restart(id, signal));
      await heard.promise;
      await new Promise((resolve) => setTimeout(resolve, 300));
      await proxy.refuse();
      const down = { kind: 'down', message: 'Docker does not answer.' };
      expect(await following).toMatchObject(down);
      expect(await restarting).toMatchObject(down);
      expect(await failure(at(host).list(signal))).toMatchObject(down);
      engine.docker('rm', '-f', id);
    },
  );
});

test('a Docker that takes connections and says nothing, or stops in the middle, is given up after 4 s', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const half = await httpService((request, response) => {
    const isList = request.url?.includes('/containers/json');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(isList ? '[{"Id":' : '');
  });
  const port = (silent.address() as { port: number }).port;
  const host = at(throughPort(port));
  const failures = await Promise.all([
    failure(host.list(NEVER)),
    failure(host.readLog({ service: 'api', lines: 1, signal: NEVER }, () => undefined)),
    failure(host.restart('a'.repeat(64), NEVER)),
    failure(at(throughPort(Number(new URL(half.url).port))).list(NEVER)),
  ]);
  for (const { kind, ms } of failures) {
    expect(kind).toBe('down');
    expect(ms).toBeGreaterThan(3000);
    expect(ms).toBeLessThan(5000);
  }
  silent.close();
  await half.close();
});

test('a Docker that is not there is told as such, at once', async () => {
  const { ms, ...rest } = await failure(at({ socketPath: '/nowhere/docker.sock' }).list(NEVER));
  expect(rest).toEqual({ kind: 'down', message: 'Docker does not answer.' });
  expect(ms).toBeLessThan(1000);
});
