import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Listener, listen, plain } from '../../../src/faces/http/listener.ts';

let listener: Listener;
beforeAll(async () => {
  const pages = {
    '/here': async () => plain(200, 'Here.'),
    '/broken': async () => Promise.reject(new Error('postgresql://capops:secret@db.example/x')),
  };
  listener = await listen(pages, { port: 0, host: '127.0.0.1' });
});
afterAll(() => listener.close());

const ask = async (path: string, method = 'GET') => {
  const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, { method });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

it('a page is given to GET and HEAD, whatever follows its name, and is not kept', async () => {
  const here = await ask('/here?now');
  expect([here.status, here.text, here.headers.get('cache-control')]).toEqual([200, 'Here.\n', 'no-store']);
  expect(await ask('/here', 'HEAD')).toMatchObject({ status: 200, text: '' });
});

it.each([
  ['/', 'GET', 404],
  ['/here/', 'GET', 404],
  ['/constructor', 'GET', 404],
  ['/here', 'POST', 405],
])('%s with %s is answered with %i', async (path, method, status) => {
  expect((await ask(path, method)).status).toBe(status);
});

it('a page that cannot be made says no more than that', async () => {
  expect(await ask('/broken')).toMatchObject({ status: 500, text: 'CapOps cannot tell.\n' });
});

it('where it cannot listen it says which settings to change', async () => {
  const second = listen({}, { port: listener.port, host: '127.0.0.1' });
  await expect(second).rejects.toThrow('Set HEALTH_PORT and HEALTH_HOST.');
  await expect(second).rejects.toMatchObject({ name: 'StartError' });
});

it('a close waits neither for connections that are kept open nor for requests that never end', async () => {
  const other = await listen({ '/': async () => plain(200, 'x') }, { port: 0, host: '127.0.0.1' });
  await (await fetch(`http://127.0.0.1:${other.port}/`)).text();
  const slow = connect(other.port, '127.0.0.1').on('error', () => undefined);
  const answered = once(slow, 'data');
  // One whole request, so that the connection is surely taken, and the beginning of another.
  slow.write('GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\n');
  await answered;
  const started = performance.now();
  await other.close();
  expect(performance.now() - started).toBeLessThan(1_000);
  await expect(fetch(`http://127.0.0.1:${other.port}/`)).rejects.toThrow();
});
