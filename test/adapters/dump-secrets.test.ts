import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openWorkFolder } from '../../src/adapters/work-folder.ts';
import { onServer } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import {
  BULK,
  databaseWith,
  dumpInto,
  programs,
  removeFolders,
  type TestDatabase,
  tools,
  until,
} from './dump-stage.ts';

const PASSWORD = 'p:a\\s@s/ "w0rd\' ünïque';
const REQUEST = { format: 'custom', compression: 'zstd' } as const;

/** A file of each process that can be read, by process id. */
function ofProcesses(file: 'cmdline' | 'environ'): Map<number, string> {
  const paths = globSync(`/proc/[0-9]*/${file}`);
  const texts = paths.flatMap((path) => {
    try {
      return [[Number(path.split('/')[2]), readFileSync(path, 'utf8')] as const];
    } catch {
      return [];
    }
  });
  return new Map(texts);
}

afterAll(removeFolders);

describe('A database’s password', () => {
  let bulk: TestDatabase;
  let url: string;
  beforeAll(async () => {
    bulk = await databaseWith(BULK);
    await onServer(
      `CREATE ROLE "dump: er" LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}'`,
      'GRANT pg_read_all_data TO "dump: er"',
    );
    const address = new URL(bulk.url);
    address.username = encodeURIComponent('dump: er');
    address.password = encodeURIComponent(PASSWORD);
    url = address.href;
  });
  afterAll(async () => {
    await bulk.drop();
    await onServer('DROP ROLE "dump: er"');
  });

  itNeeds('postgresClient', 'reaches pg_dump in a file that only we can read, and is gone after', async () => {
    const iterator = tools().dump(url, REQUEST).content[Symbol.asyncIterator]();
    await iterator.next();
    const commands = ofProcesses('cmdline');
    const environments = ofProcesses('environ');
    const dumper = programs().find(({ command }) => command === 'pg_dump')?.pid ?? 0;
    expect(commands.get(dumper)).toContain('pg_dump\0');
    expect(environments.get(dumper)).toContain('PGUSER=dump: er\0');
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), new URL(url).password]) {
      for (const text of [...commands.values(), ...environments.values()]) expect(text).not.toContain(secret);
    }
    const file = /PGPASSFILE=([^\0]+)/.exec(environments.get(dumper) ?? '')?.[1] ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8')).toBe(`*:*:*:*:${PASSWORD.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}\n`);
    while (!(await iterator.next()).done);
    expect(existsSync(dirname(file))).toBe(false);
  });

  itNeeds('postgresClient', 'is not told when it is wrong', async () => {
    const wrong = Object.assign(new URL(url), { password: 'wr0ng-secret' }).href;
    const error = await dumpInto(wrong, REQUEST).catch((reason: unknown) => reason);
    expect(String(error)).toContain('password authentication failed');
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('wr0ng-secret');
  });

  itNeeds(['postgresClient', 'zstd'], 'and the programs do not outlive a CapOps that was killed', async () => {
    const worker = spawn(
      process.execPath,
      [join(PROJECT_ROOT, 'test/adapters/dump-worker.ts'), url, 'stall', '', JSON.stringify(REQUEST)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(worker.stdout, 'data');
    const running = programs(worker.pid);
    expect(running.map(({ command }) => command).sort()).toEqual(['pg_dump', 'zstd']);
    const environment = readFileSync(`/proc/${running[0]?.pid}/environ`, 'utf8');
    const folder = dirname(/PGPASSFILE=([^\0]+)/.exec(environment)?.[1] ?? '');
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    await until(() => running.every(({ pid }) => !existsSync(`/proc/${pid}`)));
    (await openWorkFolder()).end(); // As the next dump does, of whichever process.
    expect(existsSync(folder)).toBe(false);
  });

  itNeeds('postgresClient', 'in a folder of a living process, or of nobody known and young, stays', async () => {
    const own = await openWorkFolder();
    const young = join(tmpdir(), 'capops-work-young');
    mkdirSync(young, { recursive: true });
    writeFileSync(join(young, 'password'), '');
    (await openWorkFolder()).end();
    expect([own.path, young].filter(existsSync)).toEqual([own.path, young]);
    own.end();
    rmSync(young, { recursive: true });
    expect(existsSync(own.path)).toBe(false);
  });
});
