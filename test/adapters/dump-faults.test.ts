import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseDown } from '../../src/domain/connection-failure.ts';
import { ProgramError, UserError } from '../../src/errors.ts';
import type { Dump, DumpRequest } from '../../src/ports.ts';
import { startPostgres } from '../../workbench/postgres.ts';
import { onServer } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';
import {
  BULK,
  databaseWith,
  dumpInto,
  fakePrograms,
  programs,
  query,
  removeFolders,
  type TestDatabase,
  tools,
  until,
  WITHOUT_ZSTD,
  workFolders,
} from './dump-stage.ts';

const DEFAULT: DumpRequest = { format: 'custom', compression: 'zstd' };
const LAYOUTS: DumpRequest[] = [
  DEFAULT,
  { format: 'plain', compression: 'none' },
  { format: 'plain', compression: 'gzip' },
  { format: 'custom', compression: 'none' },
];

/** Reads the beginning, does something, and reads on: resolves with what came of it. */
async function readOn(dump: Dump, then: () => unknown): Promise<'ended' | Error> {
  const iterator = dump.content[Symbol.asyncIterator]();
  try {
    await iterator.next();
    await then();
    while (!(await iterator.next()).done);
    return 'ended';
  } catch (error) {
    return error as Error;
  }
}

function kill(command: string): void {
  const running = programs().filter((program) => program.command === command);
  // The other pg_dump writes the schema's fingerprint and is done soon.
  const oldest = running.at(-1);
  if (!oldest) throw new Error(`No ${command} is running`);
  for (const { pid } of running) process.kill(pid, 'SIGKILL');
}

afterAll(removeFolders);

describe('A dump', () => {
  let bulk: TestDatabase;
  beforeAll(async () => {
    bulk = await databaseWith(BULK);
  });
  afterAll(async () => {
    expect(programs()).toEqual([]);
    expect(workFolders()).toEqual([]);
    await bulk.drop();
  });

  for (const layout of LAYOUTS) {
    itNeeds(
      ['postgresClient', 'zstd'],
      `${layout.format}, ${layout.compression} rejects when pg_dump is killed midway`,
      async () => {
        const dump = tools().dump(bulk.url, layout);
        const end = await readOn(dump, () => kill('pg_dump'));
        expect(end).toBeInstanceOf(ProgramError);
        expect(String(end)).toContain('pg_dump was ended by SIGKILL');
        await expect(dump.facts).rejects.toBe(end);
      },
    );
  }

  itNeeds(['postgresClient', 'zstd'], 'rejects when the compressor is killed midway', async () => {
    const end = await readOn(tools().dump(bulk.url, DEFAULT), () => kill('zstd'));
    expect(end).toBeInstanceOf(ProgramError);
    expect(String(end)).toContain('zstd was ended by SIGKILL');
  });

  itNeeds(['postgresClient', 'zstd'], 'encrypted, rejects when pg_dump is killed midway', async () => {
    const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
    const recipients = [await identityToRecipient(await generateX25519Identity())];
    const end = await readOn(tools().dump(bulk.url, { ...DEFAULT, recipients }), () => kill('pg_dump'));
    expect(String(end)).toContain('pg_dump was ended by SIGKILL');
  });

  for (const [code, layout] of LAYOUTS.entries()) {
    itNeeds(
      ['postgresClient', 'zstd'],
      `${layout.format}, ${layout.compression} rejects when pg_dump wrote all of it and ended badly`,
      async () => {
        const small = await databaseWith('CREATE TABLE t (n int)');
        const last =
          '"$real/pg_dump" "$@" || exit; case "$*" in *schema-only*|*--version*) ;; ' +
          `*) echo no luck >&2; exit ${code + 1};; esac`;
        const pgBin = fakePrograms({ pg_dump: last });
        const dumped = dumpInto(small.url, layout, tools({ pgBin }));
        await expect(dumped).rejects.toThrow(`pg_dump ended with exit code ${code + 1}: no luck`);
        await small.drop();
      },
    );
  }

  itNeeds(['postgresClient', 'zstd'], 'rejects when the compressor wrote all of it and ended badly', async () => {
    const path = fakePrograms({ zstd: '/usr/bin/zstd "$@"; exit 1' });
    await expect(dumpInto(bulk.url, DEFAULT, tools({ path }))).rejects.toThrow('zstd ended with exit code 1');
  });

  itNeeds('postgresClient', 'rejects when its plain text lacks the closing line, whatever the exit code', async () => {
    const small = await databaseWith('CREATE TABLE t (n int)');
    const pgBin = fakePrograms({
      pg_dump: 'case "$*" in *--version*) exec "$real/pg_dump" "$@";; esac; "$real/pg_dump" "$@" | head -n -5',
    });
    for (const compression of ['none', 'gzip'] as const) {
      const dumped = dumpInto(small.url, { format: 'plain', compression }, tools({ pgBin }));
      await expect(dumped).rejects.toThrow('its dump is not whole. It was cut off');
    }
    await small.drop();
  });

  itNeeds(
    ['postgresClient', 'zstd'],
    'that is to be encrypted rejects when it cannot be read as it is written',
    async () => {
      const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
      const recipients = [await identityToRecipient(await generateX25519Identity())];
      const pgBin = fakePrograms({
        pg_dump: 'case "$*" in *--version*) exec "$real/pg_dump" "$@";; esac; "$real/pg_dump" "$@" | head -c 900000',
      });
      const dumped = dumpInto(bulk.url, { ...DEFAULT, recipients }, tools({ pgBin }));
      await expect(dumped).rejects.toThrow(
        'The dump was read as it was written, and is broken. It is no whole archive: pg_restore',
      );
    },
  );

  itNeeds('postgresClient', 'is refused where row security would leave rows out', async () => {
    const hidden =
      await databaseWith(`CREATE TABLE seen AS SELECT 1 AS n; CREATE TABLE hidden AS SELECT n FROM generate_series(1, 1000) n;
      ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON hidden USING (n < 10);`);
    await onServer("CREATE ROLE dump_filtered LOGIN PASSWORD 'x'", 'GRANT pg_read_all_data TO dump_filtered');
    const url = Object.assign(new URL(hidden.url), { username: 'dump_filtered', password: 'x' }).href;
    const refusal =
      'Row security hides rows of public.hidden from the database’s user dump_filtered, which a dump would lack. Let an administrator run: ALTER ROLE dump_filtered BYPASSRLS;';
    expect((await tools().inspect(url)).obstacles).toEqual([refusal]);
    await expect(dumpInto(url, DEFAULT)).rejects.toThrow(new UserError(refusal));
    await onServer('ALTER ROLE dump_filtered BYPASSRLS');
    expect((await dumpInto(url, DEFAULT)).facts.tables['public.hidden']).toBe(1000);
    await hidden.drop();
    await onServer('DROP ROLE dump_filtered');
  });

  itNeeds('postgresClient', 'is refused where a table, a schema or a sequence cannot be read', async () => {
    const closed = await databaseWith(
      'CREATE TABLE a (n serial); CREATE SCHEMA s; CREATE TABLE s."B" (n int); CREATE TABLE c (n int)',
    );
    await onServer('CREATE ROLE "dump half" LOGIN PASSWORD \'x\'');
    await query(closed.url, 'GRANT SELECT ON c, s."B" TO "dump half"');
    const url = Object.assign(new URL(closed.url), { username: 'dump half', password: 'x' }).href;
    const refusal =
      'The database’s user dump half may not read public.a, public.a_n_seq, s."B", which a dump would lack. Let an administrator run: GRANT pg_read_all_data TO "dump half";';
    expect((await tools().inspect(url)).obstacles).toEqual([refusal]);
    await expect(dumpInto(url, DEFAULT)).rejects.toThrow(new UserError(refusal));
    await closed.drop();
    await onServer('DROP ROLE "dump half"');
  });

  test('is refused where every pg_dump is older than the server, or there is none', async () => {
    const small = await databaseWith('');
    const old = fakePrograms({ pg_dump: 'echo "pg_dump (PostgreSQL) 14.19 (Debian 14.19-1)"' });
    const refusal = `and the newest pg_dump in PG_BIN (${old}) is 14.19: a pg_dump of version 15 or newer is needed. On Debian: sudo apt-get install postgresql-client-15. Or let PG_BIN`;
    expect((await tools({ pgBin: old }).inspect(small.url)).obstacles[0]).toContain(refusal);
    await expect(dumpInto(small.url, DEFAULT, tools({ pgBin: old }))).rejects.toThrow(refusal);
    await expect(dumpInto(small.url, DEFAULT, tools({ pgBin: '/nowhere' }))).rejects.toThrow(
      'there is no pg_dump in PG_BIN',
    );
    await small.drop();
  });

  itNeeds('postgresClient', 'waits for a lock no longer than it was told', async () => {
    const locked = await databaseWith('CREATE TABLE t (n int)');
    const holder = new Client({ connectionString: locked.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
    const begun = Date.now();
    const refused = dumpInto(locked.url, { ...DEFAULT, lockWaitMs: 400 });
    await expect(refused).rejects.toThrow(
      new UserError(
        'Somebody else kept a table locked for longer than 0.4 s. Nothing was dumped: try again when they are done.',
      ),
    );
    expect(Date.now() - begun).toBeLessThan(5000);
    const { facts } = await Promise.all([
      dumpInto(locked.url, DEFAULT),
      holder.query('COMMIT').then(() => holder.end()),
    ]).then(([dumped]) => dumped);
    expect(facts.tables).toEqual({ 'public.t': 0 });
    await locked.drop();
  });

  itNeeds('postgresClient', 'rejects when the connection is cut midway, or the server ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'capops-server-'));
    const server = await startPostgres({ dataDir: join(folder, 'data'), persistent: false });
    await query(server.url, BULK);
    const proxy = await tcpProxy(server.port);
    const cut = await readOn(tools().dump(proxy.through(server.url), DEFAULT), () => proxy.cut());
    expect(cut instanceof ProgramError || databaseDown(cut), String(cut)).toBe(true);
    const gone = await readOn(tools().dump(server.url, DEFAULT), () => server.stop());
    expect(gone instanceof ProgramError || databaseDown(gone), String(gone)).toBe(true);
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  itNeeds(['postgresClient', 'zstd'], 'is cancelled within 5 s, even while its programs will not listen', async () => {
    const stubborn =
      'trap \'\' TERM; case "$*" in *--version*|*schema-only*) exec "$real/pg_dump" "$@";; esac; "$real/pg_dump" "$@"; sleep 60';
    for (const pgBin of [undefined, fakePrograms({ pg_dump: stubborn })]) {
      const cancel = new AbortController();
      const reason = new Error('Omar has cancelled it');
      let begun = 0;
      const dump = tools(pgBin ? { pgBin } : {}).dump(bulk.url, { ...DEFAULT, signal: cancel.signal });
      const end = await readOn(dump, () => {
        begun = Date.now();
        cancel.abort(reason);
      });
      expect(end).toBe(reason);
      await expect(dump.facts).rejects.toBe(reason);
      expect(Date.now() - begun).toBeLessThan(5000);
      expect(programs()).toEqual([]);
    }
  });

  itNeeds(['postgresClient', 'zstd'], 'does not begin when it was cancelled before', async () => {
    const reason = new Error('Too late');
    const dumped = dumpInto(bulk.url, { ...DEFAULT, signal: AbortSignal.abort(reason) });
    await expect(dumped).rejects.toBe(reason);
    expect(programs()).toEqual([]);
  });

  itNeeds(['postgresClient', 'zstd'], 'that nobody reads on leaves nothing running', async () => {
    const dump = tools().dump(bulk.url, DEFAULT);
    for await (const chunk of dump.content) if (chunk.length > 0) break;
    expect(programs()).toEqual([]);
    await expect(dump.facts).rejects.toThrow('The dump was broken off');
    const sessions = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = '${bulk.name}' AND pid <> pg_backend_pid()`;
    let left = 1;
    for (let attempt = 0; left > 0 && attempt < 50; attempt++) left = Number((await query(bulk.url, sessions))[0]?.n);
    expect(left).toBe(0);
  });

  itNeeds('postgresClient', 'names the key that is none, and dumps nothing', async () => {
    const dumped = dumpInto(bulk.url, { ...DEFAULT, recipients: ['age1nonsense'] });
    await expect(dumped).rejects.toThrow(
      new UserError('“age1nonsense” is no public key of age. One begins with age1.'),
    );
  });

  itNeeds('postgresClient', 'goes on without the zstd program where it is missing', async () => {
    const { facts } = await dumpInto(bulk.url, DEFAULT, tools({ path: WITHOUT_ZSTD }));
    expect(facts.archive?.bytes).toBeGreaterThan(60_000_000);
    expect(facts.bytes).toBeLessThan(facts.archive?.bytes ?? 0);
    await until(() => programs().length === 0);
  });
});
