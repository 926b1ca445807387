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

test.each([
  ['PGPASSWORD', 'ab12!', 'ab12!'],
  ['DB_PASS', 'q9!', 'q9!'],
  ['SMTP_AUTH', 's4mple', 's4mple'],
  ['JDBC', 'jdbc:postgresql://h/db?user=a&password=s4mple&ssl=true', 's4mple'],
  ['OTHER', 'jdbc:mysql://a:s4mple@h/db', 's4mple'],
  ['LIBPQ', "host=x password='s4m\\'ple x' user=a", "s4m'ple x"],
  ['LIBPQ', 'host=x password=s4m;ple user=a', 's4m;ple'],
  ['DOTNET', 'Server=x;Password=s4mple;Ssl=1', 's4mple'],
  ['GO_DSN', 'app:s4m@ple@tcp(db:3306)/x', 's4m@ple'],
  ['OTHER_URL', 'postgres://u:s4m/ple@h/db', 's4m/ple'],
  ['REPLICAS', 'redis://:one@a:1 redis://:s4mple@b:2', 's4mple'],
])('%s=%s: %s is known as a secret', (name, value, secret) => {
  expect(givenBy({ [name]: value }, '/').secrets).toContain(secret);
});

test('switches and small numbers are no secrets, whatever they are called, nor is where somebody stands', () => {
  const variables = {
    USE_TOKEN: 'true',
    SMTP_AUTH: 'plain',
    PASS: '30',
    TOKEN_TTL: '3600',
    PWD: '/srv',
    PATH: '/bin:/usr/bin',
  };
  expect(givenBy(variables, '/').secrets).toEqual([]);
});

test('files of keys are known, wherever they are named', () => {
  const DATABASE_URL = 'postgresql://capops@db.example/planner?sslkey=/etc/client.key';
  const { secretFiles } = givenBy(
    { DATABASE_URL, AGE_IDENTITY_FILE: 'age.txt', DOCKER_CERT_PATH: '/certs' },
    '/srv/capops',
  );
  expect(secretFiles).toEqual(['/etc/client.key', '/srv/capops/age.txt', '/certs/key.pem']);
});
