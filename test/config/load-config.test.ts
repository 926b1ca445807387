import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { StartError } from '../../src/errors.ts';

const DATABASE_URL = 'postgresql://capops:pa55word@db.example/planner';

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'capops-config-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return folder;
}

function load(env: Record<string, string> = {}, files: Record<string, string> = {}) {
  return loadConfig({ env: { DATABASE_URL, ...env }, folder: folderWith(files) });
}

function refusal(env: Record<string, string>, files: Record<string, string> = {}): string {
  try {
    load(env, files);
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as StartError).message;
  }
  throw new Error('The settings were taken');
}

test('with an address alone there is a whole configuration', () => {
  expect(load()).toEqual({
    databaseUrl: DATABASE_URL,
    ledgerDatabaseUrl: `${DATABASE_URL}_capops`,
    ledgerIsDerived: true,
    redisUrl: undefined,
    slack: undefined,
    settings: { environment: 'development', timeZone: 'UTC', policy: undefined },
    announcements: undefined,
    policyFile: undefined,
    logLevel: 'info',
  });
});

describe('.env', () => {
  test('is read, the environment wins, and empty values count as not set', () => {
    const files = { '.env': 'REDIS_URL="redis://file:6379"\nCAPOPS_LOG_LEVEL=warn\nLEDGER_DATABASE_URL=\n' };
    const config = load({ CAPOPS_LOG_LEVEL: 'error', REDIS_URL: ' ' }, files);
    expect(config).toMatchObject({ redisUrl: 'redis://file:6379', logLevel: 'error', ledgerIsDerived: true });
  });
});

describe('a wrong value', () => {
  test('stops the start together with all others, by its name, what was found and what is allowed', () => {
    const message = refusal(
      { CAPOPS_LOG_LEVEL: 'loud', PORT: '80a', SLACK_API_URL: 'https://slack.example/api/' },
      { 'capops.yml': 'environment: staging\ntime_zone: Mars\n' },
    );
    expect(message.split('\n')).toEqual([
      '4 settings are wrong:',
      '- CAPOPS_LOG_LEVEL: found “loud”. Allowed: debug, info, warn, error or silent.',
      expect.stringMatching(
        /^- SLACK_API_URL: found “https:\/\/slack.example\/api\/”. Allowed: an address on this machine/,
      ),
      '- PORT: found “80a”. Allowed: a whole number from 0 (any free one) to 65535.',
      expect.stringMatching(
        /capops\.yml, line 2, time_zone: found “Mars”\. Allowed: an IANA time zone, such as Europe\/London\.$/,
      ),
    ]);
  });

  test('that is a secret is not shown, only its length', () => {
    const secrets = {
      DATABASE_URL: 'mysql://u:hidden1@h/d',
      LEDGER_DATABASE_URL: 'postgres://u:hidden2@h',
      REDIS_URL: 'http://:hidden3@h',
      SLACK_BOT_TOKEN: 'xoxp-hidden4',
      SLACK_APP_TOKEN: 'hidden5',
      SLACK_SIGNING_SECRET: 'hidden6',
    };
    const message = refusal(secrets);
    for (const [name, secret] of Object.entries(secrets)) {
      expect(message).toContain(`- ${name}: found a text of ${secret.length} characters. Allowed: `);
    }
    expect(message).not.toContain('hidden');
  });

  test('is a missing address of the platform too', () => {
    expect(refusal({ DATABASE_URL: '' })).toContain(
      'DATABASE_URL: found nothing. Allowed: postgresql://USER:PASSWORD@HOST:5432/DATABASE',
    );
  });
});

describe('a database’s address', () => {
  test.each([
    [
      'postgres://u:p%40%2F%23%25@[::1]:6543/planner?sslmode=require&options=-c%20a%3Db',
      'postgres://u:p%40%2F%23%25@[::1]:6543/planner_capops?sslmode=require&options=-c%20a%3Db',
    ],
    ['postgresql:///planner?host=/var/run/postgresql', 'postgresql:///planner_capops?host=/var/run/postgresql'],
    ['postgresql://h/caf%C3%A9', 'postgresql://h/caf%C3%A9_capops'],
  ])('keeps every letter when the ledger’s is made of it: %s', (databaseUrl, ledgerDatabaseUrl) => {
    expect(load({ DATABASE_URL: databaseUrl })).toMatchObject({
      databaseUrl,
      ledgerDatabaseUrl,
      ledgerIsDerived: true,
    });
  });

  test.each([
    'planner',
    'http://h/planner',
    'postgresql://h',
    'postgresql://h/',
    'postgresql://u:a/b@h:5432/planner',
    'postgresql://h/100%',
    'postgresql://h/planner?sslmode=prefer',
    'postgresql://h/planner?sslmode=verify-ca',
    'postgresql://h/planner?sslmode=verify-full&sslrootcert=/no/such/file',
  ])('that cannot work is refused: %s', (databaseUrl) => {
    expect(refusal({ DATABASE_URL: databaseUrl })).toMatch(/^- DATABASE_URL: found a text of/m);
  });

  test('that is too long for the ledger’s name asks for the ledger’s address', () => {
    const databaseUrl = `postgresql://h/${'a'.repeat(60)}`;
    expect(refusal({ DATABASE_URL: databaseUrl })).toMatch(/^- LEDGER_DATABASE_URL: .* too long/m);
    expect(load({ DATABASE_URL: databaseUrl, LEDGER_DATABASE_URL: 'postgresql://h/ledger' }).ledgerIsDerived).toBe(
      false,
    );
  });

  test.each(['postgresql://other:pw@DB.example:5432/planner', 'postgres://db.example/planner?sslmode=require'])(
    'of the ledger that names the platform’s database is refused: %s',
    (url) => expect(refusal({ LEDGER_DATABASE_URL: url })).toContain('LEDGER_DATABASE_URL names the same database'),
  );
});

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

test('the file’s permissions do not depend on how it was made', () => {
  const folder = folderWith({ 'capops.yml': 'environment: staging' });
  for (const mode of [0o620, 0o602, 0o666]) {
    chmodSync(join(folder, 'capops.yml'), mode);
    expect(() => loadConfig({ env: { DATABASE_URL }, folder })).toThrow(`chmod go-w ${join(folder, 'capops.yml')}`);
  }
  chmodSync(join(folder, 'capops.yml'), 0o644);
  expect(loadConfig({ env: { DATABASE_URL }, folder }).settings.environment).toBe('staging');
});
