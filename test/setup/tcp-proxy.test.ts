import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

describe('a proxy that fails on demand', () => {
  let echo: Server;
  let proxy: TcpProxy;

  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await tcpProxy((echo.address() as AddressInfo).port);
  });

  afterEach(async () => {
    await proxy.close();
    echo.close();
  });

  test('passes bytes both ways', async () => {
    expect(await say(await dial(), 'hello')).toBe('hello');
  });

  test('names the address through it, with all the rest of the address kept', () => {
    expect(proxy.through('postgres://me:secret@db:5432/name?a=b')).toBe(
      `postgres://me:secret@127.0.0.1:${proxy.port}/name?a=b`,
    );
  });

  test('cuts open connections and takes new ones', async () => {
    const socket = await dial();
    await say(socket, 'hello');
    const closed = once(socket, 'close');
    proxy.cut();
    await closed;
    expect(await say(await dial(), 'again')).toBe('again');
  });

  test('refuses until it passes again, on the same port', async () => {
    await proxy.refuse();
    await expect(dial()).rejects.toThrow('ECONNREFUSED');
    await proxy.pass();
    expect(await say(await dial(), 'again')).toBe('again');
  });

  test('hangs open and new connections, and then delivers what was said', async () => {
    const before = await dial();
    await say(before, 'hello');
    proxy.hang();
    const during = await dial();
    const answers = Promise.all([say(before, 'one'), say(during, 'two')]);
    expect(await Promise.race([answers, sleep(150)])).toBeUndefined();
    await proxy.pass();
    expect(await answers).toEqual(['one', 'two']);
  });

  async function dial(): Promise<Socket> {
    const socket = connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    return socket.on('error', () => {});
  }

  async function say(socket: Socket, text: string): Promise<string> {
    const answer = once(socket, 'data');
    socket.write(text);
    return String((await answer)[0]);
  }
});
