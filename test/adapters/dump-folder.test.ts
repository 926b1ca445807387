import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { ProgramError } from '../../src/errors.ts';
import type { DumpRequest } from '../../src/ports.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import {
  contentOf,
  databaseWith,
  descendants,
  dumpInto,
  fakePrograms,
  piecesOf,
  programs,
  query,
  read,
  removeFolders,
  type TestDatabase,
  tools,
  until,
  workFolders,
} from './dump-stage.ts';
import { at, restored } from './restore-stage.ts';

const FOLDER: DumpRequest = { format: 'directory', compression: 'none' };
/** Two tables, each for a session of its own: as they are laid out, more than the small disk has room for. */
const TWO = `CREATE EXTENSION pgcrypto;
  CREATE TABLE first AS SELECT n, gen_random_bytes(1000) AS noise FROM generate_series(1, 4000) n;
  CREATE TABLE last AS SELECT n, gen_random_bytes(1000) AS noise FROM generate_series(1, 4000) n;`;
const SLOW =
  'case "$*" in *--format=directory*) "$real/pg_dump" "$@" || exit; sleep 60;; *) exec "$real/pg_dump" "$@";; esac';

describe('A dump in the directory format', () => {
  let database: TestDatabase;
  let few: TestDatabase;
  let dumped: { file: string; facts: Awaited<ReturnType<typeof dumpInto>>['facts'] };
  beforeAll(async () => {
    database = await databaseWith(TWO);
    few = await databaseWith('CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) n');
    dumped = await dumpInto(database.url, FOLDER);
  });
  afterAll(async () => {
    await until(() => programs().length === 0);
    expect(workFolders()).toEqual([]);
    await database.drop();
    await few.drop();
    removeFolders();
  });

  itNeeds('postgresClient', 'is a tar archive that begins with its table of contents', () => {
    const members = execFileSync('tar', ['-tf', dumped.file], { encoding: 'utf8' }).trim().split('\n');
    expect(members[0]).toBe('toc.dat');
    expect(members.slice(1)).toEqual([
      expect.stringMatching(/^\d+\.dat\.gz$/),
      expect.stringMatching(/^\d+\.dat\.gz$/),
    ]);
    const sha256 = createHash('sha256').update(readFileSync(dumped.file)).digest('hex');
    expect(dumped.facts).toMatchObject({
      archive: { sha256, bytes: dumped.facts.bytes },
      tables: { 'public.first': 4000, 'public.last': 4000 },
    });
  });

  itNeeds('postgresClient', 'is of one snapshot, and restored by several sessions at once', async () => {
    let isWriting = true;
    const writing = (async () => {
      for (let n = 0; isWriting; n++, await sleep(50))
        await query(database.url, `INSERT INTO first VALUES (${-n}, ''); INSERT INTO last VALUES (${-n}, '')`);
    })();
    const { file, facts } = await dumpInto(database.url, FOLDER);
    isWriting = false;
    await writing;
    expect(facts.tables['public.first'] ?? 0).toBeGreaterThanOrEqual(facts.tables['public.last'] ?? 0);
    await restored(at(file), {}, async ({ url }, { jobs }) => {
      expect(jobs).toBeGreaterThan(1);
      const rows = 'SELECT (SELECT count(*) FROM first)::int AS first, (SELECT count(*) FROM last)::int AS last';
      expect(await query(url, rows)).toEqual([
        { first: facts.tables['public.first'], last: facts.tables['public.last'] },
      ]);
    });
    await query(database.url, 'DELETE FROM first WHERE n <= 0; DELETE FROM last WHERE n <= 0');
  });

  itNeeds('postgresClient', 'tells first how much is laid out, and then how much of it is through', async () => {
    const told: [number, string | undefined][] = [];
    const slow = SLOW.replace('sleep 60', 'sleep 1');
    const progress = (bytes: number, phase?: string) => told.push([bytes, phase]);
    const { facts } = await dumpInto(
      database.url,
      { ...FOLDER, progress },
      tools({ pgBin: fakePrograms({ pg_dump: slow }) }),
    );
    const laidOut = told.filter(([, phase]) => phase === 'laying out');
    expect(laidOut.at(-1)?.[0]).toBeGreaterThan(facts.bytes * 0.99);
    expect(told.findLast(([, phase]) => phase === undefined)?.[0]).toBe(facts.bytes);
  });

  itNeeds(
    'postgresClient',
    'is made by several sessions at once, and fails whole where one of them is killed, or pg_dump',
    async () => {
      const sessions = ({ pid }: { pid: number }) => descendants(pid).filter(({ command }) => command === 'pg_dump');
      const killed = async (whom: 'pg_dump' | 'a session'): Promise<unknown> => {
        const end = dumpInto(database.url, FOLDER).then(
          () => 'ended',
          (error: unknown) => error,
        );
        const many = () => programs().find((program) => program.command === 'pg_dump' && sessions(program).length > 1);
        await until(() => many() !== undefined);
        const leader = many();
        const { pid } = (whom === 'pg_dump' ? leader : leader && sessions(leader)[0]) ?? {};
        // One that is through by now cannot be killed any more.
        return isKilled(pid) && (await end) !== 'ended' ? end : end.then(() => killed(whom));
      };
      expect(await killed('pg_dump')).toEqual(
        expect.objectContaining({
          name: 'ProgramError',
          message: expect.stringContaining('pg_dump was ended by SIGKILL'),
        }),
      );
      expect(await killed('a session')).toEqual(
        expect.objectContaining({
          name: 'ProgramError',
          message: expect.stringContaining('process died unexpectedly'),
        }),
      );
      expect(workFolders()).toEqual([]);
    },
  );

  itNeeds('postgresClient', 'is cancelled, or left by its reader, with nothing left behind', async () => {
    const pgBin = fakePrograms({ pg_dump: SLOW });
    const cancel = new AbortController();
    const reason = new Error('Omar has cancelled it');
    const begun = Date.now();
    const progress = () => cancel.abort(reason);
    const request = { ...FOLDER, signal: cancel.signal, progress };
    await expect(dumpInto(database.url, request, tools({ pgBin }))).rejects.toBe(reason);
    expect(Date.now() - begun).toBeLessThan(6000);
    const isGone = () => programs().length === 0;
    await until(isGone);
    expect(workFolders()).toEqual([]);
    const dump = tools().dump(database.url, FOLDER);
    for await (const chunk of dump.content) if (chunk.length > 0) break;
    await expect(dump.facts).rejects.toThrow('The dump was broken off');
    await until(isGone);
    expect(workFolders()).toEqual([]);
  });

  itNeeds(
    'postgresClient',
    'is left by its reader before anything of it has come, with nothing left behind',
    async () => {
      const slow = tools({ pgBin: fakePrograms({ pg_dump: SLOW }) });
      const dump = slow.dump(few.url, { ...FOLDER });
      const reader = dump.content[Symbol.asyncIterator]();
      const first = reader.next();
      first.catch(() => undefined);
      await until(() => programs().some(({ command }) => command === 'sleep'));
      const begun = Date.now();
      await reader.return?.();
      expect(Date.now() - begun).toBeLessThan(6000);
      await expect(first).rejects.toThrow('The dump was broken off');
      await expect(dump.facts).rejects.toThrow('The dump was broken off');
      await until(() => programs().length === 0);
      expect(workFolders()).toEqual([]);
    },
  );

  itNeeds('postgresClient', 'ends with CapOps, and what it had laid out is swept by the next one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'capops-killed-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const script = join(PROJECT_ROOT, 'test/adapters/dump-worker.ts');
    const more = { folder, pgBin: fakePrograms({ pg_dump: SLOW }) };
    const args = [script, database.url, 'stall', '', JSON.stringify(FOLDER), JSON.stringify(more)];
    const worker = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const laidOut = () => readdirSync(folder).filter((name) => name.startsWith('capops-work-'));
    await until(() => laidOut().some((name) => readdirSync(join(folder, name)).includes('dump')));
    await until(() => programs(worker.pid).some(({ command }) => command === 'sleep'));
    const theirs = programs(worker.pid);
    worker.kill('SIGKILL');
    await until(() => theirs.every(({ pid }) => !isRunning(pid)));
    expect(laidOut()).toHaveLength(1);
    const { roomBytes } = await tools({ folder }).inspect(database.url);
    expect(roomBytes).toBeGreaterThan(0);
    expect(laidOut()).toEqual([]);
  });

  itNeeds('postgresClient', 'is encrypted, and was read whole before', async () => {
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    const { file, facts } = await dumpInto(few.url, { ...FOLDER, recipients });
    expect(facts.isReadWhole).toBe(true);
    const opened = { ...FOLDER, isEncrypted: true };
    expect(await tools().check(read(file), opened)).toMatchObject({ proof: 'sha256 only', lacking: 'key' });
    const check = await tools().check(read(file), { ...opened, identities: [identity] });
    expect(check).toMatchObject({ proof: 'read whole', fault: undefined });
    await restored(at(file), { identities: [identity] }, async ({ url }) => {
      expect(await contentOf(url)).toBe(await contentOf(few.url));
    });
    const broken = fakePrograms({ pg_restore: 'echo odd >&2; exit 1' });
    await expect(dumpInto(few.url, { ...FOLDER, recipients }, tools({ pgBin: broken }))).rejects.toThrow(
      'The dump was read as it was written, and is broken. It is no whole archive: pg_restore ended with exit code 1: odd',
    );
  });

  itNeeds('postgresClient', 'is found broken where a file of it is missing, cut or changed', async () => {
    const { file } = await dumpInto(few.url, FOLDER);
    const changed = `${file}.changed`;
    const unpack = 'cd "$(dirname "$0")" && rm -rf d && mkdir d && tar -xf dump -C d && cp dump "$0" && cd d';
    const checked = async (change: string) => {
      execFileSync('sh', ['-ec', `${unpack}; ${change}`, changed]);
      return (await tools().check(read(changed), { ...FOLDER, isEncrypted: false })).fault;
    };
    const rows = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).split('\n')[1];
    const pack = 'tar -cf "$0" *';
    expect(await checked(pack)).toBeUndefined();
    expect(await checked(`rm ${rows}; ${pack}`)).toContain('could not open input file');
    expect(await checked(`truncate -s -100 ${rows}; ${pack}`)).toContain('It is no whole archive: pg_restore ended');
    expect(await checked(`rm toc.dat; ${pack}`)).toContain('It is no whole archive: pg_restore ended');
    expect(await checked(`echo more >notes.txt; ${pack}`)).toContain('a tar archive with “notes.txt” in it');
    expect(await checked(`ln -s /etc/passwd 1.dat; ${pack}`)).toContain('“1.dat” in it, which is no file');
    expect(await checked(`${pack}; tar -rf "$0" ${rows}`)).toContain(`It holds ${rows} twice`);
    expect(await checked('cat ../dump >>"$0"')).toContain('something stands behind its end');
    expect(await checked('truncate -s -512 "$0"')).toContain('It was cut off');
  });

  itNeeds('postgresClient', 'is compressed by zstd where pg_dump can, else by gzip', async () => {
    const asked = async (answer: string, version = '16.4') => {
      const script = `case "$*" in *--version*) echo "pg_dump (PostgreSQL) ${version}"; exit;;
        *host=/nowhere*) echo "${answer}" >&2; exit 1;;
        *--format=directory*) echo "$*" >"$0.args"; exit 3;; *) exec "$real/pg_dump" "$@";; esac`;
      const pgBin = fakePrograms({ pg_dump: script });
      await expect(dumpInto(database.url, FOLDER, tools({ pgBin }))).rejects.toThrow('exit code 3');
      return readFileSync(join(pgBin, 'pg_dump.args'), 'utf8');
    };
    expect(await asked('pg_dump: error: connection to server failed')).toContain(' --compress=zstd ');
    expect(await asked('pg_dump: error: this build does not support compression with ZSTD')).toContain(
      ' --compress=1 ',
    );
    expect(await asked('', '15.9')).toContain(' --compress=1 ');
  });

  itNeeds('postgresClient', 'is laid out with the system’s temporary files where its folder cannot be', async () => {
    const closed = tools({ folder: '/dev/null' });
    expect((await closed.inspect(few.url)).roomBytes).toBe(0);
    const { file } = await dumpInto(few.url, FOLDER, closed);
    const check = await closed.check(read(file), { ...FOLDER, isEncrypted: false });
    expect(check).toMatchObject({ proof: 'read whole', fault: undefined });
  });

  describe('where the disk has no room', () => {
    let small = '';
    let isMounted = false;
    beforeAll(() => {
      small = mkdtempSync(join(tmpdir(), 'capops-small-'));
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small], { stdio: 'ignore' });
        isMounted = true;
      } catch {
        isMounted = false; // Only root may.
      }
    });
    afterAll(() => {
      if (isMounted) execFileSync('umount', [small]);
      rmSync(small, { recursive: true });
    });

    itNeeds('postgresClient', 'fails with what to do, and leaves nothing', async ({ skip }) => {
      if (!isMounted) skip('needs root, to mount a small disk');
      const failing = dumpInto(database.url, FOLDER, tools({ folder: small }));
      await expect(failing).rejects.toThrow(
        `There is no room on this machine’s disk to lay the dump out (in ${small}). Nothing was kept. Free some space,`,
      );
      await expect(failing).rejects.toThrow(ProgramError);
      expect(readdirSync(small)).toEqual([]);
    });

    itNeeds('postgresClient', 'is checked by its SHA-256 alone, and that is said', async ({ skip }) => {
      if (!isMounted) skip('needs root, to mount a small disk');
      const bytes = readFileSync(dumped.file);
      const check = await tools({ folder: small }).check(piecesOf(bytes), { ...FOLDER, isEncrypted: false });
      expect(check).toEqual({
        bytes: bytes.length,
        sha256: dumped.facts.archive?.sha256,
        proof: 'sha256 only',
        lacking: 'room',
        fault: undefined,
      });
      expect(readdirSync(small)).toEqual([]);
    });
  });
});

function isKilled(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
