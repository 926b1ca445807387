import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProgramError, UserError } from '../../src/errors.ts';
import type { RestoreSource } from '../../src/ports.ts';
import { onServer } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import {
  databaseWith,
  fakePrograms,
  programs,
  query,
  removeFolders,
  type TestDatabase,
  until,
  WITHOUT_ZSTD,
  workFolders,
} from './dump-stage.ts';
import {
  at,
  bytesOf,
  emptyDatabase,
  openFolder,
  pgDump,
  refused,
  restored,
  restoreTools,
  sha256Of,
  stored,
} from './restore-stage.ts';

const SOURCE = `CREATE EXTENSION pgcrypto; CREATE EXTENSION citext;
  CREATE TABLE first AS SELECT n, gen_random_bytes(200) AS noise FROM generate_series(1, 2000) n;
  CREATE TABLE last AS SELECT n, gen_random_bytes(200) AS noise FROM generate_series(1, 2000) n;
  ALTER TABLE last ADD PRIMARY KEY (n);`;
const ROWS = 'SELECT (SELECT count(*) FROM first)::int AS first, (SELECT count(*) FROM last)::int AS last';

describe('A restore', () => {
  const folder = openFolder();
  const files: Record<string, string> = {};
  let source: TestDatabase;
  beforeAll(async () => {
    source = await databaseWith(SOURCE);
    files.plain = await pgDump(source.url, folder.path('plain'));
    files.custom = await pgDump(source.url, folder.path('custom'), '-Fc');
    files.tar = await pgDump(source.url, folder.path('tar'), '-Ft');
    files.directory = await pgDump(source.url, folder.path('directory'), '-Fd');
    files.packed = folder.path('packed');
    execFileSync('tar', ['-b1', '-cf', files.packed, '-C', folder.path(''), 'directory']);
    files['plain, gzip'] = folder.file('plain.gz', execFileSync('gzip', ['-c', files.plain]));
    files['custom, zstd'] = folder.file('custom.zst', execFileSync('zstd', ['-qc', files.custom]));
  });
  afterAll(async () => {
    expect(programs()).toEqual([]);
    expect(workFolders()).toEqual([]);
    await source.drop();
    removeFolders();
    folder.remove();
  });
  const FILES = ['plain', 'custom', 'tar', 'packed', 'plain, gzip', 'custom, zstd'];
  const fileOf = (name: string) => files[name] ?? '';

  itNeeds(
    ['postgresClient', 'zstd'],
    'refuses what is not as the catalogue has it, before anything of it runs',
    async () => {
      for (const name of FILES) {
        const bytes = Buffer.from(bytesOf(fileOf(name)));
        const sha256 = sha256Of(bytes);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        for (const changed of [bytes, bytesOf(fileOf(name)).subarray(0, bytes.length - 1000)]) {
          const from: RestoreSource =
            name === 'custom' ? { ...stored(changed, 'changed'), sha256 } : at(folder.file('changed', changed), sha256);
          const { error, tables } = await refused(from);
          expect(error, name).toBeInstanceOf(UserError);
          expect(error.message).toMatch(
            /changed (is not what the catalogue knows|cannot be decompressed|was cut off|is no whole tar)/,
          );
          expect(tables).toBe(0);
        }
      }
    },
  );

  itNeeds(
    ['postgresClient', 'zstd'],
    'rejects what was cut off, in every format, and what is changed where the format shows it',
    async () => {
      for (const name of FILES) {
        const bytes = bytesOf(fileOf(name));
        for (const share of [0.6, 1]) {
          const part = bytes.subarray(0, Math.min(Math.floor(bytes.length * share), bytes.length - 1300));
          const { error } = await refused(at(folder.file('cut', part)), { jobs: 1 });
          expect(
            error instanceof UserError || error instanceof ProgramError,
            `${name} to ${share}: ${error.stack}`,
          ).toBe(true);
          expect(error.message, name).toMatch(/cut|pg_restore ended/);
        }
      }
      const cut = folder.path('cut folder');
      cpSync(fileOf('directory'), cut, { recursive: true });
      const largest = readdirSync(cut).filter((name) => name.endsWith('.gz'))[0] ?? '';
      const flipped = bytesOf(join(cut, largest));
      flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1;
      writeFileSync(join(cut, largest), flipped);
      for (const trust of ['ours', 'foreign'] as const)
        expect((await refused(at(cut), { trust })).error.message, trust).toMatch(/could not read|cut off or changed/);
      truncateSync(join(cut, largest), 1000);
      expect((await refused(at(cut))).error).toBeInstanceOf(ProgramError);
      rmSync(join(cut, largest));
      expect((await refused(at(cut))).error.message).toContain('No such file');
    },
  );

  test('says what a file is that is no dump', async () => {
    const tar = execFileSync('tar', ['-cC', folder.path(''), folder.file('notes', 'x') && 'notes']);
    const packed = execFileSync('tar', ['-cC', folder.path(''), '--exclude=toc.dat', 'directory']);
    const cases: [string | Uint8Array, RegExp][] = [
      ['', /It is empty/],
      [Buffer.alloc(100_000), /nothing but zeros/],
      ['<!DOCTYPE html><html>', /an HTML page/],
      ['<?xml version="1.0"?><Error>', /It is XML/],
      ['SELECT 1;\n', /text that does not begin as pg_dump/],
      ['--\n-- PostgreSQL database cluster dump\n--\n', /a whole server \(pg_dumpall\)/],
      ['-- MySQL dump 10.13', /MySQL/],
      [Buffer.from('\ufeff-- PostgreSQL', 'utf16le'), /UTF-16/],
      ['version https://git-lfs.github.com/spec/v1\n', /Git LFS/],
      ['PK\x03\x04rest', /a zip archive/],
      [Buffer.from('\xfd7zXZ\0', 'latin1'), /by xz/],
      ['PGDMP\x01\x0e', /cut off within its first bytes/],
      [Buffer.from([1, 2, 3, 200, 201]), /nothing that pg_dump writes/],
      [tar, /a tar archive with “notes” in it, which no dump/],
      [packed, /a tar archive without toc.dat/],
      [bytesOf(join(fileOf('directory'), 'toc.dat')), /Name its folder/],
      [execFileSync('gzip', ['-c'], { input: 'hello' }), /text that does not begin/],
      ['age-encryption.org/v1\n-> X25519 abc\n', /is encrypted, and there is no key here/],
    ];
    for (const [content, words] of cases) {
      const error = await restoreTools()
        .identify(at(folder.file('odd.dump', content)))
        .catch((reason: Error) => reason);
      expect(error, String(words)).toBeInstanceOf(UserError);
      expect((error as Error).message).toMatch(words);
    }
    mkdirSync(folder.path('empty'));
    await expect(restoreTools().identify(at(folder.path('empty')))).rejects.toThrow('a folder without toc.dat');
    await expect(restoreTools().identify(at(folder.path('nowhere')))).rejects.toThrow('There is no nowhere');
  });

  itNeeds('postgresClient', 'unpacks nothing but what pg_dump writes, and nowhere else', async () => {
    const toc = 'cp directory/toc.dat toc.dat; tar -cf packed.odd toc.dat';
    const cases = {
      'a path out of its folder': 'cp toc.dat 1.dat; tar -P --transform=s,^1,../1, -rf packed.odd 1.dat',
      'a path of its own': 'cp toc.dat 1.dat; tar -P -rf packed.odd "$PWD/1.dat"',
      'a link': 'ln -sf /etc/passwd 1.dat; tar -rf packed.odd 1.dat',
      'a folder within': 'mkdir -p a/b; cp toc.dat a/b/1.dat; tar -rf packed.odd a/b/1.dat',
      'two folders': 'mkdir -p a; cp toc.dat a/1.dat; tar --transform=s,^toc,b/toc, -cf packed.odd toc.dat a/1.dat',
      'a device': 'rm -f 1.dat; mkfifo 1.dat; tar -rf packed.odd 1.dat; rm 1.dat',
      'a program': 'cp toc.dat run.sh; tar -rf packed.odd run.sh',
    };
    const database = await emptyDatabase();
    for (const [what, script] of Object.entries(cases)) {
      execFileSync('sh', ['-ec', `cd "$0"; rm -f 1.dat; ${toc}; ${script}`, folder.path('')]);
      const from = at(folder.path('packed.odd'));
      const restoring = restoreTools().restore(database.url, from, { trust: 'foreign' });
      await expect(restoring, what).rejects.toThrow(/^packed\.odd is no dump.*in it, which (is no file|no dump)/);
      await expect(restoring, what).rejects.toThrow(UserError);
    }
    await database.drop();
  });

  itNeeds('postgresClient', 'names the extension that the server lacks, before anything runs', async () => {
    for (const name of ['plain', 'custom']) {
      const bytes = bytesOf(fileOf(name)).toString('latin1').replaceAll('citext', 'citexx');
      const file = folder.file('lacking', Buffer.from(bytes, 'latin1'));
      const { error, tables } = await refused(at(file));
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toContain('The server lacks the extension citexx, which it needs');
      expect(tables).toBe(0);
    }
  });

  itNeeds('postgresClient', 'is refused of a newer server', async () => {
    const text = bytesOf(fileOf('plain'))
      .toString()
      .replace(/(Dumped from database version) \S+/, '$1 19.1');
    const { error, tables } = await refused(at(folder.file('newer', text)));
    expect(error.message).toMatch(
      /^It is of PostgreSQL 19\.1, and the server is 15\.\d+: what is newer cannot be restored/,
    );
    expect(tables).toBe(0);
    const pgBin = fakePrograms({ pg_dump: 'echo "pg_dump (PostgreSQL) 14.19"' });
    const old = await refused(at(fileOf('custom')), {}, restoreTools({ pgBin }));
    expect(old.error.message).toMatch(/^It is restored by a pg_restore of version 15 or newer, which is not here/);
  });

  itNeeds('postgresClient', 'is refused into a database that holds something', async () => {
    const filled = await emptyDatabase('CREATE TABLE precious (n int)');
    const request = { trust: 'ours' } as const;
    await expect(restoreTools().restore(filled.url, at(fileOf('custom')), request)).rejects.toThrow('is not empty');
    expect((await restoreTools().plan(filled.url, at(fileOf('custom')), request)).obstacles).toHaveLength(1);
    await filled.drop();
  });

  itNeeds('postgresClient', 'gives what missing roles owned to another, and reports them', async () => {
    await onServer('CREATE ROLE faults_gone', 'CREATE ROLE faults_reader', 'CREATE ROLE faults_heir');
    const given =
      await databaseWith(`CREATE TABLE t (n int); ALTER TABLE t OWNER TO faults_gone; CREATE TABLE u (n int);
      GRANT SELECT ON t TO faults_reader; GRANT SELECT ON u TO faults_gone; ALTER TABLE u OWNER TO faults_reader`);
    const dumps = [
      await pgDump(given.url, folder.path('given.sql')),
      await pgDump(given.url, folder.path('given'), '-Fc'),
    ];
    await given.drop();
    await onServer('DROP ROLE faults_gone');
    for (const file of dumps) {
      for (const owner of [undefined, 'faults_heir']) {
        await restored(at(file), { owner }, async (database, facts) => {
          expect(facts).toMatchObject({ missingRoles: ['faults_gone'], closedRoles: [], warnings: [] });
          const owners = "SELECT tablename AS t, tableowner AS o FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
          expect(await query(database.url, owners)).toEqual([
            { t: 't', o: owner ?? 'postgres' },
            { t: 'u', o: 'faults_reader' },
          ]);
          const may = "SELECT has_table_privilege('faults_reader', 't', 'SELECT') AS may";
          expect(await query(database.url, may)).toEqual([{ may: true }]);
        });
      }
    }
    await onServer('DROP ROLE faults_reader', 'DROP ROLE faults_heir');
  });

  itNeeds('postgresClient', 'by somebody who is no superuser gives what it may, and reports the rest', async () => {
    await onServer(
      "CREATE ROLE faults_app LOGIN PASSWORD 'x'",
      'CREATE ROLE faults_other',
      'CREATE ROLE faults_group',
      'GRANT faults_group TO faults_app',
    );
    const given =
      await databaseWith(`CREATE EXTENSION citext; COMMENT ON SCHEMA public IS 'Ours'; CREATE TABLE t (n int);
      GRANT SELECT ON t TO faults_other; CREATE TABLE u (n int); ALTER TABLE u OWNER TO faults_other`);
    for (const format of ['-Fp', '-Fc']) {
      const file = await pgDump(given.url, folder.path(`app${format}`), format);
      const database = await emptyDatabase();
      await onServer(`ALTER DATABASE ${database.name} OWNER TO faults_app`);
      const url = Object.assign(new URL(database.url), { username: 'faults_app', password: 'x' }).href;
      const facts = await restoreTools().restore(url, at(file), { trust: 'ours' });
      expect(facts.closedRoles).toEqual(['faults_other', 'postgres']);
      expect(facts.warnings).toEqual([]);
      expect(await query(url, "SELECT obj_description('public'::regnamespace) AS said")).toEqual([{ said: 'Ours' }]);
      expect(await query(url, "SELECT DISTINCT tableowner AS o FROM pg_tables WHERE schemaname = 'public'")).toEqual([
        { o: 'faults_app' },
      ]);
      expect(await query(url, "SELECT has_table_privilege('faults_other', 't', 'SELECT') AS may")).toEqual([
        { may: true },
      ]);
      await database.drop();
    }
    await given.drop();
    await onServer('DROP ROLE faults_app', 'DROP ROLE faults_other', 'DROP ROLE faults_group');
  });

  itNeeds(['postgresClient', 'zstd'], 'rejects when its program is killed, or ends badly after all', async () => {
    const killed = fakePrograms({
      pg_restore: 'case "$*" in *jobs*) kill -9 $$;; esac; exec "$real/pg_restore" "$@"',
      psql: 'kill -9 $$',
    });
    const badly = fakePrograms({
      pg_restore: '"$real/pg_restore" "$@" || exit; case "$*" in *jobs*) echo odd >&2; exit 1;; esac',
      psql: '"$real/psql" "$@"; exit 3',
    });
    for (const name of ['custom, zstd', 'plain']) {
      const first = await refused(at(fileOf(name)), {}, restoreTools({ pgBin: killed }));
      expect(first.error.message).toMatch(/^(pg_restore|psql) was ended by SIGKILL/);
      const second = await refused(at(fileOf(name)), {}, restoreTools({ pgBin: badly }));
      expect(second.error.message).toMatch(/^(pg_restore ended with exit code 1: odd|psql ended with exit code 3)/);
    }
  });

  itNeeds(['postgresClient', 'zstd'], 'is cancelled midway, and stops its programs', async () => {
    const slow = fakePrograms({
      pg_restore: 'case "$*" in *jobs*) sleep 60;; *) exec "$real/pg_restore" "$@";; esac',
      psql: 'sleep 60',
    });
    for (const name of ['custom, zstd', 'plain']) {
      const cancel = new AbortController();
      const reason = new Error('Enough');
      setTimeout(() => cancel.abort(reason), 700);
      expect((await refused(at(fileOf(name)), { signal: cancel.signal }, restoreTools({ pgBin: slow }))).error).toBe(
        reason,
      );
      await until(() => programs().length === 0);
    }
  });

  itNeeds('postgresClient', 'says nothing of rows in its errors', async () => {
    const text = bytesOf(await pgDump(source.url, folder.path('inserts'), '--inserts')).toString();
    const doubled = text
      .replace(/(INSERT INTO public.last VALUES .*\n)/, '$1$1')
      .replace(/CREATE TABLE public.last \(\n {4}n integer/, '$& PRIMARY KEY');
    const { error, tables } = await refused(at(folder.file('doubled', doubled)));
    expect(error.message).toMatch(/^psql ended with exit code 3: .*duplicate key/);
    expect(error.message).not.toMatch(/Key \(|DETAIL/);
    expect(tables).toBe(0);
    const words =
      'pg_restore: error: COPY failed: ERROR:  bad\nDETAIL:  Key (email)=(a@b.c)\nCONTEXT:  COPY t, line 1: a@b.c\nCommand was: COPY t';
    const talks = fakePrograms({
      pg_restore: `case "$*" in *jobs*) printf '${words}' >&2; exit 1;; esac; exec "$real/pg_restore" "$@"`,
    });
    expect((await refused(at(fileOf('custom')), {}, restoreTools({ pgBin: talks }))).error.message).toBe(
      'pg_restore ended with exit code 1: pg_restore: error: COPY failed: ERROR:  bad Command was: COPY t',
    );
  });

  describe('where the disk has no room', () => {
    const small = folder.path('small');
    let isMounted = false;
    beforeAll(() => {
      mkdirSync(small);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', small], { stdio: 'ignore' });
        isMounted = true;
      } catch {
        isMounted = false; // Only root may.
      }
    });
    afterAll(() => {
      if (isMounted) execFileSync('umount', [small]);
    });

    for (const path of [undefined, WITHOUT_ZSTD]) {
      itNeeds(
        ['postgresClient', 'zstd'],
        `restores it as it is decompressed${path ? ', by Node' : ''}`,
        async ({ skip }) => {
          if (!isMounted) skip('needs root, to mount a small disk');
          const tools = restoreTools({ folders: [small], ...(path && { path }) });
          for (const name of ['custom, zstd', 'plain, gzip']) {
            const bytes = bytesOf(fileOf(name));
            for (const from of [at(fileOf(name)), stored(bytes)]) {
              await restored(
                from,
                {},
                async (database, { jobs }) => {
                  expect(jobs).toBe(1);
                  expect(await query(database.url, ROWS)).toEqual([{ first: 2000, last: 2000 }]);
                },
                tools,
              );
            }
            const changed = Buffer.concat([bytes.subarray(0, -9), Buffer.from('x'), bytes.subarray(-8)]);
            const { error, tables } = await refused({ ...stored(changed), sha256: sha256Of(bytes) }, {}, tools);
            expect(error).toBeInstanceOf(UserError);
            expect(tables).toBe(0);
          }
          expect(readdirSync(small)).toEqual([]);
        },
      );
    }

    itNeeds(['postgresClient', 'zstd'], 'says so where it must be laid out', async ({ skip }) => {
      if (!isMounted) skip('needs root, to mount a small disk');
      const tools = restoreTools({ folders: [small] });
      for (const name of ['custom', 'custom, zstd', 'directory', 'packed']) {
        const { error, tables } = await refused(at(fileOf(name)), { trust: 'foreign' }, tools);
        expect(error).toBeInstanceOf(UserError);
        expect(error.message).toContain('There is no room on this machine’s disk to lay out');
        expect(tables).toBe(0);
      }
      expect(readdirSync(small)).toEqual([]);
    });

    itNeeds(['postgresClient', 'zstd'], 'says so before anything is made', async ({ skip }) => {
      if (!isMounted) skip('needs root, to mount a small disk');
      const database = await emptyDatabase();
      const obstacles = async (
        from: RestoreSource,
        trust: 'ours' | 'foreign',
        tools = restoreTools({ folders: [small] }),
      ) => (await tools.plan(database.url, from, { trust })).obstacles;
      const none = [
        expect.stringMatching(
          /^There is no room on this machine’s disk to lay out .*: it takes at least [\d.]+ (KB|MB), and/,
        ),
      ];
      const packed = bytesOf(fileOf('packed'));
      expect(await obstacles(at(fileOf('packed')), 'ours')).toEqual(none);
      expect(await obstacles({ ...stored(packed), bytes: packed.length }, 'ours')).toEqual(none);
      expect(await obstacles(at(fileOf('custom')), 'foreign')).toEqual(none);
      expect(await obstacles(at(fileOf('directory')), 'foreign')).toEqual(none);
      // What can be piped needs no room.
      expect(await obstacles(at(fileOf('custom, zstd')), 'ours')).toEqual([]);
      expect(await obstacles(at(fileOf('packed')), 'ours', restoreTools())).toEqual([]);
      await database.drop();
    });
  });

  itNeeds('postgresClient', 'within a database does all of it or nothing', async () => {
    const set = 'ALTER SCHEMA public RENAME TO before; CREATE SCHEMA public;';
    for (const name of ['plain', 'custom', 'packed']) {
      const filled = await emptyDatabase(
        'CREATE EXTENSION pgcrypto; CREATE EXTENSION citext; CREATE TABLE first AS SELECT 1 AS n',
      );
      const within = {
        before: `DROP EXTENSION pgcrypto; DROP EXTENSION citext; ${set}`,
        after: 'SELECT 1/(count(*) - 2000) FROM public.first;',
      };
      const request = { trust: 'ours', within } as const;
      await expect(restoreTools().restore(filled.url, at(fileOf(name)), request)).rejects.toThrow('division by zero');
      expect(await query(filled.url, 'SELECT count(*)::int AS n FROM public.first')).toEqual([{ n: 1 }]);
      await restoreTools().restore(filled.url, at(fileOf(name)), {
        ...request,
        within: { ...within, after: 'SELECT 1;' },
      });
      expect(await query(filled.url, ROWS.replaceAll('FROM ', 'FROM public.'))).toEqual([{ first: 2000, last: 2000 }]);
      expect(await query(filled.url, 'SELECT count(*)::int AS n FROM before.first')).toEqual([{ n: 1 }]);
      await filled.drop();
    }
  });

  itNeeds('postgresClient', 'ends with CapOps, and commits nothing that is not whole', async () => {
    const slow = (seconds: number) =>
      bytesOf(fileOf('plain')).toString().replace('COPY public.last', `SELECT pg_sleep(${seconds});\nCOPY public.last`);
    // With what ties psql to CapOps it ends at once; without, when it finds the end of its input.
    for (const [seconds, isTied] of [
      [60, true],
      [3, false],
    ] as const) {
      const database = await emptyDatabase();
      const args = [database.url, folder.file('slow', slow(seconds)), JSON.stringify({ trust: 'ours' })];
      const script = join(PROJECT_ROOT, 'test/adapters/restore-worker.ts');
      const worker = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
      const sessions = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = '${database.name}'
        AND backend_type = 'client backend'`;
      const isSleeping = async () => (await query(source.url, `${sessions} AND wait_event = 'PgSleep'`))[0]?.n === 1;
      const isGone = async () => (await query(source.url, sessions))[0]?.n === 0;
      await soon(isSleeping);
      if (!isTied)
        for (const { pid } of programs(worker.pid).filter(({ command }) => command === 'sh'))
          process.kill(pid, 'SIGKILL');
      worker.kill('SIGKILL');
      await soon(isGone);
      expect(await query(database.url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
      await database.drop();
    }
  });
});

async function soon(condition: () => Promise<boolean>, withinMs = 12_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await condition()); await sleep(50))
    if (Date.now() > end) throw new Error(`Not so within ${withinMs} ms: ${condition}`);
}
