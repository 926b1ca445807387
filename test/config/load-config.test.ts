import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { DATABASE_URL, folderWith, load, refusal } from './loading.ts';

test('with an address alone there is a whole configuration', async () => {
  const folder = folderWith({});
  const config = loadConfig({ env: { DATABASE_URL }, folder });
  expect({ ...config, given: await config.given() }).toEqual({
    databaseUrl: DATABASE_URL,
    ledgerDatabaseUrl: `${DATABASE_URL}_capops`,
    ledgerIsDerived: true,
    programs: { pgBin: undefined, environment: {} },
    backups: { folder: join(folder, 'backups'), offsite: undefined },
    age: { identityFile: undefined },
    redisUrl: undefined,
    services: { gatewayUrl: undefined, frontendUrl: undefined },
    docker: { socketPath: '/var/run/docker.sock' },
    slack: undefined,
    watching: { health: undefined, heartbeatUrl: undefined, pagingUrl: undefined },
    settings: { environment: 'development', timeZone: 'UTC', policy: undefined },
    announcements: undefined,
    policyFile: undefined,
    stateFolder: join(folder, 'state'),
    worker: { isHere: true, concurrency: 2 },
    logLevel: 'info',
    given: {
      settings: expect.arrayContaining([['DATABASE_URL', 'postgresql://db.example/planner']]),
      secrets: ['pa55word', 'capops:pa55word'],
      secretFiles: [],
    },
  });
});

test('the folder for emergencies is where CAPOPS_STATE_DIR says, seen from the project’s', () => {
  expect(load({ CAPOPS_STATE_DIR: '/var/lib/capops' }).stateFolder).toBe('/var/lib/capops');
  const folder = folderWith({});
  const env = { DATABASE_URL, CAPOPS_STATE_DIR: '../kept' };
  expect(loadConfig({ env, folder }).stateFolder).toBe(join(folder, '../kept'));
});

test('what takes long may be left to other processes, and so many runs of it are worked at a time', () => {
  const env = { CAPOPS_WORKER: 'elsewhere', CAPOPS_CONCURRENCY: '16' };
  expect(load(env).worker).toEqual({ isHere: false, concurrency: 16 });
  expect(refusal({ CAPOPS_WORKER: 'there' })).toContain('CAPOPS_WORKER: found “there”. Allowed: here or elsewhere.');
  for (const found of ['0', '17', 'two', '1.5']) {
    expect(refusal({ CAPOPS_CONCURRENCY: found })).toContain(`found “${found}”. Allowed: a whole number from 1 to 16.`);
  }
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
    'postgresql://u:5432/b@h:5432/planner',
    'postgresql:/u:secret@h:5432/planner',
    'postgresql:u:secret@h:5432/planner',
    `postgresql:/u:secret@h:5432/${'a'.repeat(60)}`,
    'postgresql://h/100%',
    'postgresql://h/planner?sslmode=prefer',
    'postgresql://h/planner?sslmode=verify-ca',
    'postgresql://h/planner?sslmode=verify-full&sslrootcert=/no/such/file',
  ])('that cannot work is refused: %s', (databaseUrl) => {
    const said = refusal({ DATABASE_URL: databaseUrl });
    expect(said).toMatch(/^- DATABASE_URL: found a text of/m);
    expect(said).not.toContain('secret');
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

test('the file’s permissions do not depend on how it was made', () => {
  const folder = folderWith({ 'capops.yml': 'environment: staging' });
  for (const mode of [0o620, 0o602, 0o666]) {
    chmodSync(join(folder, 'capops.yml'), mode);
    expect(() => loadConfig({ env: { DATABASE_URL }, folder })).toThrow(`chmod go-w ${join(folder, 'capops.yml')}`);
  }
  chmodSync(join(folder, 'capops.yml'), 0o644);
  expect(loadConfig({ env: { DATABASE_URL }, folder }).settings.environment).toBe('staging');
});
