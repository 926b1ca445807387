import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

const read = (file: string) => readFileSync(join(PROJECT_ROOT, file), 'utf8');
const dockerfile = read('Dockerfile').split('\n');

/** What the Dockerfile copies out of the project (not from another stage). */
const copied = dockerfile
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  .flatMap((line) => line.split(/\s+/).slice(1, -1));

describe('the image', () => {
  test('carries what is there', () => {
    expect(copied.length).toBeGreaterThan(3);
    expect(copied.filter((path) => !existsSync(join(PROJECT_ROOT, path)))).toEqual([]);
  });

  test('carries what CapOps runs on, and neither workbench, tests nor secrets', () => {
    const wanted = ['LICENSE', 'knexfile.ts', 'migrations', 'package.json', 'src'];
    expect([...new Set(copied)].sort()).toEqual([...wanted, 'pnpm-lock.yaml', 'pnpm-workspace.yaml'].sort());
  });

  test('is built from nothing else: what is not copied is not even sent', () => {
    const lines = read('.dockerignore')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    expect(lines.slice(1).sort()).toEqual([...new Set(copied)].map((path) => `!${path}`).sort());
  });

  test('does not run as root', () => {
    expect(dockerfile.indexOf('USER node')).toBeGreaterThan(0);
    expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.findIndex((line) => line.startsWith('CMD')));
  });

  test('starts what the package starts', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    const command = dockerfile.find((line) => line.startsWith('CMD '))?.slice('CMD '.length);
    expect(JSON.parse(command ?? '[]').join(' ')).toBe(scripts.start);
  });
});

describe('the image’s health check', () => {
  const [, command = '[]'] = /^HEALTHCHECK [^\n]*CMD (\[.*\])$/m.exec(read('Dockerfile')) ?? [];
  const [, ...args]: string[] = JSON.parse(command);
  const check = async (env: Record<string, string>) => {
    const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
    return (await once(child, 'close'))[0];
  };

  test('asks /healthz where CapOps serves it, and finds a CapOps that has no such port well', async () => {
    const asked: (string | undefined)[] = [];
    let status = 200;
    const server = createServer(({ url }, response) => {
      asked.push(url);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const HEALTH_PORT = String((server.address() as AddressInfo).port);
    expect(await check({ HEALTH_PORT })).toBe(0);
    status = 500;
    expect(await check({ HEALTH_PORT })).toBe(1);
    expect(asked).toEqual(['/healthz', '/healthz']);
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await check({ HEALTH_PORT })).toBe(1);
    expect(await check({})).toBe(0);
    expect(await check({ HEALTH_PORT: '' })).toBe(0);
  });
});

describe('compose.yaml', () => {
  const { services } = parse(read('compose.yaml'), { merge: true });

  test('brings the databases to date before CapOps starts, by a command that is there', () => {
    expect(services.capops.depends_on.migrate).toEqual({ condition: 'service_completed_successfully' });
    expect(existsSync(join(PROJECT_ROOT, services.migrate.command[1]))).toBe(true);
  });

  test('holds no secret', () => {
    expect(services.postgres.environment.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
    expect(services.capops.env_file).toBe('.env');
  });

  test('names the major version of what it brings', () => {
    expect([services.postgres.image, services.redis.image]).toEqual(['postgres:16', 'redis:7']);
  });
});
