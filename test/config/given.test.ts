import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { givenBy } from '../../src/config/given.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

test('every setting of .env.example is told of, in its order, and no other', () => {
  const example = readFileSync(join(PROJECT_ROOT, '.env.example'), 'utf8');
  const names = [...example.matchAll(/^([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);
  expect(givenBy({}, '/').settings.map(([name]) => name)).toEqual(names);
});

test('an address is told without its user, and with how it is spoken to', () => {
  const DATABASE_URL = 'postgresql://capops:pa%40ss@db.example:5432/planner?sslmode=require&password=swordfish';
  const { settings, secrets } = givenBy({ DATABASE_URL }, '/');
  expect(settings[0]).toEqual(['DATABASE_URL', 'postgresql://db.example:5432/planner?sslmode=require']);
  expect(secrets).toEqual(expect.arrayContaining(['pa%40ss', 'pa@ss', 'capops:pa@ss', 'swordfish']));
});

test('a secret is told as set, and an address that is one is kept from others in all its parts', () => {
  const PAGING_WEBHOOK_URL = 'https://hooks.example/services/T0123ABCDEF/xyzzy-plugh-xyzzy?key=opensesame';
  const { settings, secrets } = givenBy({ PAGING_WEBHOOK_URL, SLACK_BOT_TOKEN: 'xoxb-1' }, '/');
  expect(Object.fromEntries(settings)).toMatchObject({
    PAGING_WEBHOOK_URL: 'set',
    SLACK_BOT_TOKEN: 'set',
    PORT: 'not set',
  });
  expect(secrets).not.toContain('services');
  expect(secrets).toEqual(
    expect.arrayContaining([PAGING_WEBHOOK_URL, 'T0123ABCDEF', 'xyzzy-plugh-xyzzy', 'opensesame', 'xoxb-1']),
  );
});

test('what is not ours is a secret by its name', () => {
  const { secrets, settings } = givenBy(
    { PGPASSWORD: 'swordfish', OTHER_URL: 'http://u:opensesame@x/', EDITOR: 'vi' },
    '/',
  );
  expect(secrets).toEqual(['swordfish', 'opensesame', 'u:opensesame']);
  expect(settings.flat()).not.toContain('PGPASSWORD');
});

test('files of keys are known, wherever they are named', () => {
  const DATABASE_URL = 'postgresql://capops@db.example/planner?sslkey=/etc/client.key';
  const { secretFiles } = givenBy(
    { DATABASE_URL, AGE_IDENTITY_FILE: 'age.txt', DOCKER_CERT_PATH: '/certs' },
    '/srv/capops',
  );
  expect(secretFiles).toEqual(['/etc/client.key', '/srv/capops/age.txt', '/certs/key.pem']);
});
