import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

describe('Watching', () => {
  test('is off where nothing is set', () => {
    expect(load().watching).toEqual({ health: undefined, heartbeatUrl: undefined, pagingUrl: undefined });
  });

  test('listens on this machine only, unless told otherwise', () => {
    expect(load({ HEALTH_PORT: '9464' }).watching.health).toEqual({ port: 9464, host: '127.0.0.1' });
    expect(load({ HEALTH_PORT: '0', HEALTH_HOST: '::' }).watching.health).toEqual({ port: 0, host: '::' });
  });

  test.each([
    ['HEALTH_PORT', '65536', 'found “65536”. Allowed: a whole number'],
    ['HEALTH_PORT', 'on', 'found “on”. Allowed: a whole number'],
    ['HEALTH_HOST', 'a b', 'found “a b”. Allowed: a host’s name'],
  ])('takes no %s such as %s', (name, value, message) => {
    expect(refusal({ HEALTH_PORT: '9464', [name]: value })).toContain(`${name}: ${message}`);
  });

  test.each(['https://pages.example/k/secret', 'http://127.0.0.1:9/k', 'http://localhost/k', 'http://[::1]:80/'])(
    'tells %s',
    (url) => {
      const { heartbeatUrl, pagingUrl } = load({ HEARTBEAT_URL: url, PAGING_WEBHOOK_URL: url }).watching;
      expect([heartbeatUrl, pagingUrl]).toEqual([url, url]);
    },
  );

  test.each([
    'http://pages.example/secret',
    'http://127.0.0.1.example/secret',
    'http://10.0.0.1/secret',
    'https://user:secret@pages.example/',
    'ftp://pages.example/secret',
    'secret',
  ])('tells nobody in the open, and does not repeat the address: %s', (url) => {
    for (const name of ['HEARTBEAT_URL', 'PAGING_WEBHOOK_URL']) {
      const message = refusal({ [name]: url });
      expect(message).toContain(`${name}: found a text of ${url.length} characters. Allowed: an address that begins`);
      expect(message).not.toContain('secret');
    }
  });
});
