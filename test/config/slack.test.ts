import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

describe('Slack', () => {
  const SLACK_BOT_TOKEN = 'xoxb-1-2-abc';
  const SLACK_APP_TOKEN = 'xapp-1-A-2-b';
  const SLACK_SIGNING_SECRET = '0123456789abcdef0123456789abcdef';

  test('is served over a socket with an app-level token', () => {
    const receiver = { kind: 'socket', appToken: SLACK_APP_TOKEN };
    expect(load({ SLACK_BOT_TOKEN, SLACK_APP_TOKEN }).slack).toEqual({
      botToken: SLACK_BOT_TOKEN,
      apiUrl: undefined,
      receiver,
    });
  });

  test('is served over HTTP with a signing secret', () => {
    const env = { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET };
    const receiver = { kind: 'http', signingSecret: SLACK_SIGNING_SECRET, port: 3000, host: '0.0.0.0' };
    expect(load(env).slack?.receiver).toEqual(receiver);
    expect(load({ ...env, PORT: '0', HOST: '::1' }).slack?.receiver).toEqual({ ...receiver, port: 0, host: '::1' });
  });

  test.each([
    [{ SLACK_BOT_TOKEN }, 'found neither, although SLACK_BOT_TOKEN is set. Allowed: one of them.'],
    [{ SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET }, 'found both. Allowed: one of them'],
    [{ SLACK_APP_TOKEN }, 'SLACK_BOT_TOKEN: found nothing, although SLACK_APP_TOKEN is set.'],
    [{ SLACK_SIGNING_SECRET }, 'SLACK_BOT_TOKEN: found nothing, although SLACK_SIGNING_SECRET is set.'],
  ] as [Record<string, string>, string][])('needs a bot token and one way in: %o', (env, message) => {
    expect(refusal(env)).toContain(message);
  });

  test.each([
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000/api/'],
    ['http://localhost:4000/api', 'http://localhost:4000/api/'],
    ['http://[::1]:4000/slack/api/', 'http://[::1]:4000/slack/api/'],
  ])('may be another one on this machine: %s', (given, apiUrl) => {
    expect(load({ SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_API_URL: given }).slack?.apiUrl).toBe(apiUrl);
  });

  test.each([
    'http://slack.com/api/',
    'https://127.0.0.1/api/',
    'http://127.0.0.1.example.com/',
    'http://user@127.0.0.1/',
    'http://10.0.0.1/',
    'http://127.0.0.1/?to=elsewhere',
    'http://localhost.example/',
  ])('is never another one elsewhere: %s', (given) => {
    expect(refusal({ SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_API_URL: given })).toContain('SLACK_API_URL: found');
  });
});
