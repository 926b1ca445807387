import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

const file = (section: string) => ({ 'capops.yml': `environment: staging\n${section}\n` });

describe('the section health of capops.yml', () => {
  test('says nothing by default', () => {
    const nothing = { timeoutMs: undefined, slowMs: undefined, checks: {} };
    expect(load({}, file('')).settings.health).toMatchObject(nothing);
    expect(load({}, file('health: {}')).settings.health).toMatchObject(nothing);
  });

  test('gives limits for all, and for one', () => {
    const { health } = load(
      {},
      file('health: { timeout: 5s, slow: 1500ms, checks: { redis: { slow: 50ms } } }'),
    ).settings;
    expect(health).toMatchObject({
      timeoutMs: 5000,
      slowMs: 1500,
      checks: { redis: { timeoutMs: undefined, slowMs: 50 } },
    });
  });

  test.each([
    ['{ timeout: 10ms }', 'health.timeout: found “10ms”. Allowed: how long a look may take, from 100ms to 30s'],
    ['{ timeout: 1m }', 'health.timeout: found “1m”'],
    ['{ slow: 5 }', 'health.slow: found 5. Allowed: from when on an answer is slow'],
    ['{ slow: 4s }', 'health.slow: found 4000. Allowed: less than the time that gateway is given, 3000 ms.'],
    [
      '{ checks: { slack: { slow: 3s } } }',
      'health.checks.slack.slow: found 3000. Allowed: less than the time that slack',
    ],
    ['{ checks: { databse: {} } }', '“databse” is not a setting. Did you mean “database”?'],
    ['{ quick: 1s }', '“quick” is not a setting.'],
  ])('refuses %s with the start', (wrong, said) => {
    expect(refusal({}, file(`health: ${wrong}`))).toContain(said);
  });
});

describe('the platform’s services', () => {
  test('are not known where nothing is set', () => {
    expect(load().services).toEqual({ gatewayUrl: undefined, frontendUrl: undefined });
  });

  test('are where they are said to be', () => {
    const services = load({
      API_GATEWAY_URL: 'http://localhost:3000',
      FRONTEND_URL: 'https://app.example.com/web/',
    }).services;
    expect(services).toEqual({ gatewayUrl: 'http://localhost:3000', frontendUrl: 'https://app.example.com/web/' });
  });

  test.each([
    'localhost:3000',
    'ftp://example.com',
    'https://user:secret@example.com',
    'https://example.com/?key=secret',
  ])('are not at %s, which is not repeated', (url) => {
    for (const name of ['API_GATEWAY_URL', 'FRONTEND_URL']) {
      const message = refusal({ [name]: url });
      expect(message).toContain(`${name}: found a text of ${url.length} characters. Allowed: an address such as`);
      expect(message).not.toContain('secret');
    }
  });
});
