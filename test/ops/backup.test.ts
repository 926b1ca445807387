import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { isoDate } from '../../src/domain/end-date.ts';
import { Lease } from '../../src/models/lease.ts';
import type { BackupStorage, DumpSource } from '../../src/ports.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { type Ground, manifestOf, openGround, textAt } from './backup-ground.ts';
import { OMAR, said, TERMINAL, VERA } from './desk.ts';

const dayFile = ({ now }: Ground, ending = '.sql') => `backup-${isoDate(now, 'UTC')}${ending}`;

describe('backup, in the terminal', () => {
  itNeeds('postgresClient', 'writes the day’s own file, a manifest beside it, and says what it proved', async () => {
    const ground = await openGround();
    await ground.airports('LHR', 'LGW');
    const outcome = await ground.types(TERMINAL, 'backup before the upgrade');
    expect(ground.complaints).toEqual([]);
    expect(said(outcome)).toMatch(/platform_\w+ is backed up and was read back whole: \d.* in local\./);
    const file = dayFile(ground);
    expect(ground.files()).toEqual([file, `${file}.manifest.json`]);
    expect(readFileSync(join(ground.folder, file), 'utf8')).toContain('PostgreSQL database dump complete');
    const manifest = await manifestOf(ground.backups.local, file);
    expect(manifest).toMatchObject({
      version: 1,
      database: { name: ground.backups.sources.platform.database, role: 'platform' },
      environment: 'test',
      format: 'plain',
      compression: 'none',
      encryption: null,
      file,
      kind: 'manual',
      by: { actorId: 'cli:root@desk', name: 'root', face: 'terminal' },
      note: 'before the upgrade',
      verified: { how: 'read back whole' },
      copies: [{ storage: 'local', key: file }],
    });
    expect(manifest.tables['public.organizations']).toBe(2);
    expect(Object.keys(manifest)).toEqual(
      expect.arrayContaining(['server', 'pgDump', 'takenAt', 'startedAt', 'finishedAt', 'schemaFingerprint', 'capops']),
    );
    expect(await ground.ledger('SELECT subjects, after FROM audit_log ORDER BY sequence DESC LIMIT 1')).toMatchObject([
      { after: { backup: manifest.id, storage: 'local', key: file, sha256: manifest.sha256 } },
    ]);
    expect(await ground.ledger('SELECT storage, key, state FROM backup_copies')).toEqual([
      { storage: 'local', key: file, state: 'good' },
    ]);
  });

  itNeeds('postgresClient', 'a second one that day carries its time, and leaves the first alone', async () => {
    const ground = await openGround();
    await ground.types(TERMINAL, 'backup');
    const first = readFileSync(join(ground.folder, dayFile(ground)));
    await ground.types(TERMINAL, 'backup');
    const time = ground.now.toISOString().slice(11, 19).replaceAll(':', '-');
    const second = `backup-${isoDate(ground.now, 'UTC')}T${time}.sql`;
    expect(ground.files()).toContain(`${second}.manifest.json`);
    expect(readFileSync(join(ground.folder, dayFile(ground)))).toEqual(first);
  });

  itNeeds(
    'postgresClient',
    'a file that is there is never replaced: the answer has the command for a free name',
    async () => {
      const ground = await openGround();
      const output = join(ground.elsewhere, 'mine.dump');
      writeFileSync(output, 'something of mine');
      const outcome = await ground.types(TERMINAL, `backup --output ${output}`);
      if (outcome.kind !== 'refused') throw new Error(said(outcome));
      expect(said(outcome)).toBe(`${output} is there already, and is not replaced.`);
      const free = String(outcome.error.offers[0]?.input.output);
      expect(free).toMatch(/mine-\d{4}-\d\d-\d\dT[\d-]+\.dump$/);
      expect(readFileSync(output, 'utf8')).toBe('something of mine');
      expect((await ground.types(TERMINAL, `backup --output ${free}`)).kind).toBe('done');
    },
  );

  for (const name of ['a.sql', 'a.sql.gz', 'a.sql.zst', 'a.dump', 'a.dump.zst']) {
    itNeeds(['postgresClient', 'zstd'], `the format follows the name: ${name}`, async () => {
      const ground = await openGround();
      const outcome = await ground.types(TERMINAL, `backup --output ${join(ground.elsewhere, name)}`);
      expect(said(outcome)).toContain('was read back whole');
      const { storage, key } = ground.backups.file(join(ground.elsewhere, name));
      const { bytes, file } = await manifestOf(storage, key);
      expect([file, bytes]).toEqual([name, await storage.size(key)]);
    });
  }

  test('another ending is refused, with those that there are', async () => {
    const ground = await openGround();
    expect(said(await ground.types(TERMINAL, 'backup --output /tmp/x.bak'))).toContain('ends in .sql, .sql.gz');
    expect(said(await ground.types(TERMINAL, 'backup --output /tmp/x.sql.age'))).toContain('names no age keys');
  });
});

describe('backup, elsewhere', () => {
  itNeeds(['postgresClient', 'zstd'], 'goes to the configured storage, in the fastest format', async () => {
    const ground = await openGround();
    const outcome = await ground.types(OMAR, 'backup before the upgrade');
    expect(outcome.kind).toBe('done');
    const database = ground.backups.sources.platform.database;
    expect(ground.files()).toEqual([
      expect.stringMatching(new RegExp(`^backups/${database}/[\\dT-]+Z-manual\\.dump\\.zst$`)),
      expect.stringMatching(/-manual\.dump\.zst\.manifest\.json$/),
    ]);
    await ground.types(OMAR, `backup --output ${join(ground.elsewhere, 'mine.dump')}`);
    expect(existsSync(join(ground.elsewhere, 'mine.dump'))).toBe(false);
  });

  test('is for operators', async () => {
    const ground = await openGround();
    expect((await ground.types(VERA, 'backup')).kind).toBe('denied');
  });

  itNeeds('postgresClient', 'whoever comes second hears who is at it', async () => {
    const ground = await openGround();
    const resource = `database ${ground.backups.sources.platform.database}`;
    await Lease.take(ground.databases.ledger, { resource, runId: null, holder: 'Ada', work: 'restore' }, 60);
    const outcome = await ground.types(OMAR, 'backup');
    expect(said(outcome)).toContain(`Somebody is at work on ${resource}: Ada with restore`);
    expect(ground.files()).toEqual([]);
  });
});

describe('what is not whole is no backup', () => {
  itNeeds('postgresClient', 'a cancelled one leaves nothing', async () => {
    const ground = await openGround();
    const ending = new AbortController();
    const outcome = await ground.types(TERMINAL, 'backup', {
      signal: ending.signal,
      progress: ({ phase }) => phase.startsWith('Backing up') && ending.abort(new Error('stop')),
    });
    expect(outcome.kind).not.toBe('done');
    expect(ground.files()).toEqual([]);
    expect(await ground.ledger('SELECT id FROM backups')).toEqual([]);
  });

  itNeeds('postgresClient', 'one that is cancelled while it is read back leaves nothing', async () => {
    const ground = await openGround();
    const ending = new AbortController();
    const outcome = await ground.types(TERMINAL, 'backup', {
      signal: ending.signal,
      progress: ({ phase }) => phase.startsWith('Reading') && ending.abort(new Error('stop')),
    });
    expect(outcome.kind).not.toBe('done');
    expect(ground.files()).toEqual([]);
  });

  itNeeds('postgresClient', 'a dump that fails midway leaves nothing', async () => {
    const ground = await openGround();
    const { platform } = ground.backups.sources;
    ground.backups = { ...ground.backups, sources: { ...ground.backups.sources, platform: failing(platform) } };
    expect((await ground.types(TERMINAL, 'backup')).kind).toBe('failed');
    expect(ground.files()).toEqual([]);
  });

  itNeeds('postgresClient', 'a storage that changes one byte gets no manifest, and keeps no file', async () => {
    const ground = await openGround();
    await ground.platform("CREATE TABLE towns AS SELECT 'London' AS town");
    ground.backups = { ...ground.backups, local: flipping(ground.backups.local) };
    const outcome = await ground.types(TERMINAL, 'backup');
    expect(said(outcome)).toMatch(/is no good: .*SHA-256/);
    expect(ground.files()).toEqual([]);
    expect(await ground.ledger('SELECT id FROM backups')).toEqual([]);
  });

  itNeeds('postgresClient', 'a manifest that cannot be written leaves no file', async () => {
    const ground = await openGround();
    const { local } = ground.backups;
    const write: BackupStorage['write'] = async (key, content, options) => {
      if (key.endsWith('.manifest.json')) throw new Error('the disk is full');
      return local.write(key, content, options);
    };
    ground.backups = { ...ground.backups, local: { ...local, write } };
    expect((await ground.types(TERMINAL, 'backup')).kind).toBe('failed');
    expect(ground.files()).toEqual([]);
  });
});

describe('what a backup says', () => {
  itNeeds('postgresClient', 'that it shrank by more than 30 % since the one before', async () => {
    const ground = await openGround();
    await ground.platform("CREATE TABLE wide AS SELECT repeat('x', 100) AS text FROM generate_series(1, 20000)");
    await ground.types(TERMINAL, 'backup');
    await ground.platform('DROP TABLE wide');
    ground.now = new Date(ground.now.getTime() + 1000);
    const outcome = await ground.types(TERMINAL, 'backup');
    expect(said(outcome)).toMatch(/It is \d+ % smaller than the one before it/);
  });

  itNeeds('postgresClient', 'the rows that were dumped, though others write meanwhile', async () => {
    const ground = await openGround();
    await ground.platform('CREATE TABLE busy AS SELECT n FROM generate_series(1, 50000) n');
    const writer = new Client({ connectionString: ground.platformUrl });
    await writer.connect();
    let isOver = false;
    const writing = (async () => {
      while (!isOver) await writer.query('INSERT INTO busy SELECT n FROM generate_series(1, 100) n');
    })();
    const outcome = await ground.types(TERMINAL, 'backup');
    isOver = true;
    await writing.finally(() => writer.end());
    expect(outcome.kind).toBe('done');
    const file = dayFile(ground);
    const manifest = await manifestOf(ground.backups.local, file);
    const [, copied = ''] =
      /COPY public\.busy \(n\) FROM stdin;\n([\s\S]*?)\\\.\n/.exec(await textAt(ground.backups.local, file)) ?? [];
    expect(manifest.tables['public.busy']).toBe(copied.split('\n').length - 1);
  });

  itNeeds('postgresClient', 'why it cannot be made, where a table cannot be read', async () => {
    const ground = await openGround();
    const inspect: DumpSource['inspect'] = async (options) => {
      const found = await ground.backups.sources.ledger.inspect(options);
      return { ...found, obstacles: ['The table public.secret may not be read by capops.'] };
    };
    const platform = { ...ground.backups.sources.platform, inspect };
    ground.backups = { ...ground.backups, sources: { ...ground.backups.sources, platform } };
    expect(said(await ground.types(TERMINAL, 'backup'))).toContain('public.secret may not be read');
    expect(ground.files()).toEqual([]);
  });

  itNeeds('postgresClient', 'that there is no room, before it begins', async () => {
    const ground = await openGround();
    const local = { ...ground.backups.local, freeBytes: async () => 1000 };
    ground.backups = { ...ground.backups, local };
    expect(said(await ground.types(TERMINAL, 'backup'))).toContain('has 1.0 KB free');
  });
});

/** Its dump ends in the middle. */
function failing(source: DumpSource): DumpSource {
  return {
    ...source,
    dump: (request) => {
      const { content, facts } = source.dump(request);
      async function* half(): AsyncGenerator<Uint8Array> {
        for await (const chunk of content) {
          yield chunk.subarray(0, Math.ceil(chunk.length / 2));
          throw new Error('pg_dump was killed');
        }
      }
      return { content: half(), facts };
    },
  };
}

/** What is read is not quite what was written. */
function flipping(storage: BackupStorage): BackupStorage {
  async function* read(key: string): AsyncGenerator<Uint8Array> {
    for await (const chunk of storage.read(key)) {
      const copy = Buffer.from(chunk);
      const place = copy.indexOf('London');
      if (place !== -1) copy[place] = (copy[place] ?? 0) ^ 1;
      yield copy;
    }
  }
  return { ...storage, read };
}
