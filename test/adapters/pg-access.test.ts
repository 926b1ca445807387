import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { accessTo } from '../../src/adapters/pg-access.ts';
import { openWorkFolder } from '../../src/adapters/work-folder.ts';

async function variablesOf(url: string): Promise<Record<string, string>> {
  const folder = await openWorkFolder();
  const env = await accessTo(url, { folder, environment: { PATH: '/bin' } }).finally(folder.end);
  return env;
}

test('an address reaches PostgreSQL’s programs as our own connections take it', async () => {
  const env = await variablesOf('postgresql://a%20user@db.example:5433/The%20%22planner%22');
  expect(env).toEqual({
    PATH: '/bin',
    LC_ALL: 'C',
    PGAPPNAME: 'capops',
    PGHOST: 'db.example',
    PGPORT: '5433',
    PGUSER: 'a user',
    PGDATABASE: 'The "planner"',
  });
});

test('a socket’s folder is a host', async () => {
  expect(await variablesOf('postgresql://u@localhost/planner?host=/run/postgresql')).toMatchObject({
    PGHOST: '/run/postgresql',
    PGPORT: '5432',
  });
});

test.each([
  ['sslmode=disable', { PGSSLMODE: 'disable' }],
  ['sslmode=require', { PGSSLMODE: 'require' }],
  ['sslmode=no-verify', { PGSSLMODE: 'require' }],
  ['sslmode=verify-ca&sslrootcert=package.json', { PGSSLMODE: 'verify-ca', PGSSLROOTCERT: 'package.json' }],
  [
    'sslmode=verify-full&sslrootcert=package.json&sslcert=package.json&sslkey=package.json',
    { PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'package.json', PGSSLCERT: 'package.json', PGSSLKEY: 'package.json' },
  ],
  ['options=-c%20search_path%3Dx', { PGOPTIONS: '-c search_path=x' }],
])('TLS and the rest are the same: %s', async (parameters, expected) => {
  expect(await variablesOf(`postgresql://u@h/planner?${parameters}`)).toMatchObject(expected);
});

test('without a certificate authority of its own, verify-full trusts whom Node trusts', async () => {
  const folder = await openWorkFolder();
  const url = 'postgresql://u@h/planner?sslmode=verify-full';
  const { PGSSLROOTCERT = '' } = await accessTo(url, { folder, environment: {} });
  expect(readFileSync(PGSSLROOTCERT, 'utf8')).toContain(rootCertificates[0]);
  folder.end();
});

test('a password with a line break is refused: a password file cannot hold it', async () => {
  await expect(variablesOf('postgresql://u:a%0Ab@h/planner')).rejects.toThrow('cannot be kept in a password file');
});
