import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Authority, type Certificate, openAuthority } from '../setup/certificates.ts';
import { httpService, page } from '../setup/http-service.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { whyMissing } from '../setup/machine.ts';
import { logged, look, probes } from './probing.ts';

/** A gateway that answers so, and a look at it. */
async function lookAt(answer: Parameters<typeof httpService>[0], limitMs?: number, certificate?: Certificate) {
  const service = await httpService(answer, certificate);
  onTestFinished(service.close);
  const begun = performance.now();
  const seen = await at(service.url, limitMs);
  return { service, seen, ms: performance.now() - begun };
}

async function at(gatewayUrl: string, limitMs?: number) {
  const { gateway } = await probes({ services: { gatewayUrl, frontendUrl: undefined } });
  return gateway(look(limitMs));
}

describe('a look at a page', () => {
  test('sees the status, the type and the body, and closes its connection', async () => {
    const { service, seen } = await lookAt(page('{"status":"ok"}', { type: 'application/json' }));
    expect(seen).toEqual({
      isAnswered: true,
      ms: expect.any(Number),
      status: 200,
      contentType: 'application/json',
      body: '{"status":"ok"}',
      isCut: false,
    });
    expect(service.asked).toEqual(['GET /health']);
    await expect.poll(service.connections).toBe(0);
  });

  test('asks below the configured path', async () => {
    const service = await httpService(page(''));
    onTestFinished(service.close);
    await at(`${service.url}/api`);
    expect(service.asked).toEqual(['GET /api/health']);
  });

  test.each([
    ['/login?next=secret', '/login'],
    ['https://sso.example.com/start', 'elsewhere'],
    ['//sso.example.com/start', 'elsewhere'],
    ['https://127.0.0.1/start', 'HTTPS, /start'],
    ['http://127.0.0.1:8443/start', 'another port, /start'],
  ])('does not follow a redirect to %s, and says %s', async (location, told) => {
    const { service, seen } = await lookAt(page('', { status: 302, headers: { location } }));
    expect(seen).toMatchObject({ isAnswered: true, status: 302, redirect: told });
    expect(service.asked).toHaveLength(1);
  });

  test('reads no more than 64 KB', async () => {
    const { service, seen } = await lookAt((_, response) => {
      response.writeHead(200);
      const write = () => void (response.destroyed || response.write('x'.repeat(10_000), write));
      write();
    });
    expect(seen).toMatchObject({ isAnswered: true, isCut: true });
    expect(seen?.isAnswered && seen.body.length).toBe(64 * 1024);
    await expect.poll(service.connections).toBe(0);
  });

  test('of which a byte comes now and then ends when its time is over', async () => {
    const { service, seen, ms } = await lookAt((_, response) => {
      response.writeHead(200).write('<');
      const timer = setInterval(() => response.write('h'), 50);
      response.on('close', () => clearInterval(timer));
    }, 300);
    expect(seen).toMatchObject({ isAnswered: false, because: 'unfinished' });
    expect(ms).toBeLessThan(1_000);
    await expect.poll(service.connections).toBe(0);
  });

  test('that never comes ends when its time is over', async () => {
    const { service, seen, ms } = await lookAt(() => undefined, 300);
    expect(seen).toMatchObject({ isAnswered: false, because: 'silent' });
    expect(ms).toBeLessThan(1_000);
    await expect.poll(service.connections).toBe(0);
  });

  test('tells a connection that breaks off from a port that is closed, and an unknown host', async () => {
    const { service, seen } = await lookAt((request) => request.socket.destroy());
    expect(seen).toMatchObject({ isAnswered: false, because: 'broken off' });
    await service.close();
    expect(await at(service.url)).toMatchObject({ because: 'refused' });
    expect(await at('http://no-such-host.invalid')).toMatchObject({ because: 'unresolved' });
  });

  test('tells that what answers is no web server', async () => {
    const server = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    expect(await at(`http://127.0.0.1:${port}`)).toMatchObject({ because: 'another protocol' });
  });

  test('writes the address of what fails to the log, and nowhere else', async () => {
    logged.splice(0);
    const seen = await at('http://127.0.0.1:1');
    expect(JSON.stringify(seen)).not.toContain('127.0.0.1');
    expect(logged.join()).toContain('127.0.0.1');
  });
});

describe('a look at a certificate', () => {
  let authority: Authority;
  const own = getCACertificates('default');
  beforeAll(() => {
    if (whyMissing('openssl')) return;
    authority = openAuthority();
    setDefaultCACertificates([...own, authority.cert]);
  });
  afterAll(() => {
    setDefaultCACertificates(own);
    authority?.close();
  });
  const ok = page('fine');

  itNeeds('openssl', 'that is valid says when it ends', async () => {
    const { seen } = await lookAt(ok, 5000, authority.issue('localhost', { from: -1, until: 20 }));
    const ends = seen?.isAnswered ? seen.certificateEnds : undefined;
    expect(Math.round(((ends?.getTime() ?? 0) - Date.now()) / 86_400_000)).toBe(20);
  });

  itNeeds('openssl', 'tells apart what is wrong with one', async () => {
    const because = async (host: string, days: { from: number; until: number }) => {
      const { seen } = await lookAt(ok, 5000, authority.issue(host, days));
      return seen?.isAnswered === false ? seen.because : seen;
    };
    expect(await because('localhost', { from: -9, until: -1 })).toBe('certificate expired');
    expect(await because('localhost', { from: 1, until: 9 })).toBe('certificate not yet valid');
    expect(await because('example.com', { from: -1, until: 9 })).toBe('certificate of another host');
    setDefaultCACertificates(own);
    expect(await because('localhost', { from: -1, until: 9 })).toBe('certificate not trusted');
    setDefaultCACertificates([...own, authority.cert]);
  });

  itNeeds('openssl', 'tells where one side speaks TLS and the other does not', async () => {
    const plain = await httpService(ok);
    const secure = await httpService(ok, authority.issue('localhost', { from: -1, until: 9 }));
    onTestFinished(async () => {
      await Promise.all([plain.close(), secure.close()]);
    });
    expect(await at(plain.url.replace('http:', 'https:'))).toMatchObject({ because: 'no TLS' });
    expect(await at(secure.url.replace('https:', 'http:'))).toMatchObject({
      isAnswered: false,
      because: expect.stringMatching(/^(broken off|another protocol)$/),
    });
  });
});
