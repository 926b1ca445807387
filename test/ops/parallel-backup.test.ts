import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { openLocalStorage } from '../../src/adapters/local-storage.ts';
import { ProgramError } from '../../src/errors.ts';
import type { DumpSource } from '../../src/ports.ts';
import { fakePrograms, removeFolders, tools } from '../adapters/dump-stage.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { type Ground, keysIn, LARGE, manifestOf, openGround, withProcessors } from './backup-ground.ts';
import { OMAR, said, TERMINAL } from './desk.ts';
import { begin, codes, done } from './restore-ground.ts';

const fileOf = (ground: Ground) => ground.files().find((name) => /\.(dump\.zst|dir\.tar)$/.test(name)) ?? '';

describe('a backup of a large database', () => {
  const whole = async () => {
    const ground = await begin({ backups: LARGE, first: async (opened) => void withProcessors(opened) });
    const words = said(await ground.types(OMAR, 'backup'));
    const because =
      /2 sessions at once: the database has \S+ MB, more than 1 B \(parallel_above in capops\.yml\), and the disk of BACKUP_DIR has room for it\./;
    expect(words).toMatch(because);
    const file = fileOf(ground);
    expect(file).toMatch(/-manual\.dir\.tar$/);
    expect(await manifestOf(ground.backups.local, file)).toMatchObject({
      format: 'directory',
      compression: 'none',
      formatChosen: expect.stringMatching(because),
      verified: { how: 'read back whole' },
      tables: { 'public.organizations': 1 },
    });
    expect(ground.files()).toEqual([file, `${file}.manifest.json`]);
    const [row] = await ground.ledger('SELECT id FROM backups');
    expect(said(await ground.types(OMAR, `verify-backup ${row?.id}`))).toContain('is whole: every byte was read');

    ground.now = new Date(ground.now.getTime() + 3_600_000);
    expect(await done(ground, 'drill')).toMatch(/Backup \w{8} of .* is proven: it was restored whole/);
    await ground.airports('SIN');
    const restored = await done(ground, `restore ${row?.id}`);
    expect(restored).toContain('definitions are the same, to the letter.');
    expect(await codes(ground)).toEqual(['LHR']);
    const safety = await ground.ledger(`SELECT manifest->>'format' AS format FROM backups WHERE kind = 'safety'`);
    expect(safety).toEqual([{ format: 'custom' }]);
    await done(ground, 'undo-restore');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
    expect(ground.complaints).toEqual([]);
  };
  itNeeds('postgresClient', 'is made by several sessions, says why, and gives back what there was', whole, {
    timeoutSeconds: 60,
  });

  itNeeds(['postgresClient', 'zstd'], 'is made every night, copied, and found again by its manifest', async () => {
    const ground = withProcessors(await openGround({ backups: { ...LARGE, storage: 'both' } }));
    const offsite = openLocalStorage({ name: 'offsite', folder: `${ground.elsewhere}/offsite` });
    ground.backups = { ...ground.backups, offsite };
    const words = said(await ground.types(OMAR, 'nightly'));
    const { platform, ledger } = ground.backups.sources;
    for (const { database } of [platform, ledger]) expect(words).toContain(`${database}: 2 sessions at once: `);
    expect((await keysIn(offsite)).filter((key) => key.endsWith('-nightly.dir.tar'))).toHaveLength(2);
    await ground.ledger('TRUNCATE backups CASCADE');
    const listed = said(await ground.types(OMAR, 'backups'));
    expect(listed.match(/local, offsite/g)).toHaveLength(2);
    expect(ground.complaints).toEqual([]);
  });

  itNeeds(['postgresClient', 'zstd'], 'is made by one session where several fail, and says so', async () => {
    const ground = withProcessors(await openGround({ backups: LARGE }));
    const { platform, ledger } = ground.backups.sources;
    const dump: DumpSource['dump'] = (request) => {
      if (request.format !== 'directory') return platform.dump(request);
      const reason = new ProgramError('pg_dump', 'pg_dump ended with exit code 1: could not obtain lock.');
      const facts = Promise.reject(reason);
      facts.catch(() => undefined);
      // biome-ignore lint/correctness/useYield: it fails before there is anything.
      const content = (async function* (): AsyncGenerator<Uint8Array> {
        throw reason;
      })();
      return { content, facts };
    };
    ground.backups = { ...ground.backups, sources: { platform: { ...platform, dump }, ledger } };
    const outcome = await ground.types(OMAR, 'backup');
    const because =
      'One session: several at once could not dump it. pg_dump ended with exit code 1: could not obtain lock.';
    expect(said(outcome)).toContain(because);
    expect(said(outcome)).toContain('Several sessions at once failed to dump it, so one did.');
    expect(outcome.kind === 'done' && outcome.report.tone).toBe('attention');
    const file = fileOf(ground);
    expect(file).toMatch(/\.dump\.zst$/);
    expect(ground.files()).toEqual([file, `${file}.manifest.json`]);
    expect(await manifestOf(ground.backups.local, file)).toMatchObject({ format: 'custom', formatChosen: because });
  });

  itNeeds(
    ['postgresClient', 'zstd'],
    'is made by one session where the disk fills up, and says just that',
    async () => {
      const ground = withProcessors(await openGround({ backups: LARGE }));
      const { platform, ledger } = ground.backups.sources;
      const full = `case "$*" in *--format=directory*) echo 'pg_dump: error: could not write to output file: No space left on device' >&2; exit 1;; *) exec "$real/pg_dump" "$@";; esac`;
      const folder = join(ground.elsewhere, 'layout');
      const onFullDisk = tools({ pgBin: fakePrograms({ pg_dump: full }), folder });
      onTestFinished(removeFolders);
      const dump: DumpSource['dump'] = (request) => onFullDisk.dump(ground.platformUrl, request);
      ground.backups = { ...ground.backups, sources: { platform: { ...platform, dump }, ledger } };
      const words = said(await ground.types(OMAR, 'backup'));
      const because = 'One session: the disk became too full for what several write.';
      expect(words).toContain(because);
      expect(words).not.toContain('Nothing was kept');
      expect(await manifestOf(ground.backups.local, fileOf(ground))).toMatchObject({
        format: 'custom',
        formatChosen: because,
      });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  itNeeds(['postgresClient', 'zstd'], 'counts on the last one of its format, whatever was made since', async () => {
    const ground = withProcessors(await openGround({ backups: LARGE }));
    await ground.types(OMAR, 'backup');
    const { bytes } = await manifestOf(ground.backups.local, fileOf(ground));
    const { platform, ledger } = ground.backups.sources;
    const withRoom = async (roomBytes: number) => {
      const inspect: DumpSource['inspect'] = async (options) => ({ ...(await platform.inspect(options)), roomBytes });
      ground.backups = { ...ground.backups, sources: { platform: { ...platform, inspect }, ledger } };
      ground.now = new Date(ground.now.getTime() + 1000);
      return said(await ground.types(OMAR, 'backup'));
    };
    expect(await withRoom(2 * bytes - 1)).toContain('One session: ');
    expect(await withRoom(2 * bytes - 1)).toContain('One session: ');
    expect(await withRoom(2 * bytes)).toContain('2 sessions at once: ');
  });

  itNeeds('postgresClient', 'says where no disk had room to read it whole', async () => {
    const ground = withProcessors(await openGround({ backups: LARGE }));
    const { check } = ground.backups;
    const unread = { proof: 'sha256 only', lacking: 'room' } as const;
    ground.backups = { ...ground.backups, check: async (...all) => ({ ...(await check(...all)), ...unread }) };
    const outcome = await ground.types(OMAR, 'backup');
    expect(said(outcome)).toContain('was read back by its SHA-256');
    expect(said(outcome)).toContain('No disk had room to unpack it, so that only its SHA-256 was compared');
    expect(outcome.kind === 'done' && outcome.report.tone).toBe('attention');
    const path = join(ground.folder, fileOf(ground));
    const known = await ground.types(OMAR, `verify-backup ${(await ground.ledger('SELECT id FROM backups'))[0]?.id}`);
    expect(said(known)).toContain('whole, by its SHA-256; the disk of BACKUP_DIR has no room to unpack it');
    const copy = join(ground.elsewhere, 'copy.dir.tar');
    writeFileSync(copy, readFileSync(path));
    expect(said(await ground.types(TERMINAL, `verify-backup ${copy}`))).toContain('not to be reached');
  });

  itNeeds('postgresClient', 'goes by the name of the file where one is named', async () => {
    const ground = await openGround();
    const path = join(ground.elsewhere, 'before-upgrade.dir.tar');
    expect(said(await ground.types(TERMINAL, `backup --output ${path}`))).toContain('read back whole');
    const read = async () => said(await ground.types(TERMINAL, `verify-backup ${path}`));
    expect(await read()).toContain('is whole: every byte was read');
    const bytes = readFileSync(path);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(await read()).toContain('is damaged');
  });
});

describe('a backup by several sessions into a file', () => {
  itNeeds('postgresClient', 'is refused before it begins where the disk has no room to lay it out', async () => {
    const ground = await openGround();
    const { platform, ledger } = ground.backups.sources;
    let dumps = 0;
    const dump: DumpSource['dump'] = (request) => {
      dumps += 1;
      return platform.dump(request);
    };
    const inspect: DumpSource['inspect'] = async (options) => ({
      ...(await platform.inspect(options)),
      roomBytes: 1000,
    });
    ground.backups = { ...ground.backups, sources: { platform: { ...platform, inspect, dump }, ledger } };
    const path = join(ground.elsewhere, 'large.dir.tar');
    const outcome = await ground.types(TERMINAL, `backup --output ${path}`);
    expect(said(outcome)).toMatch(
      /is laid out on the disk of BACKUP_DIR first\. That needs about \S+ MB, and 1\.0 KB may be used there\. Nothing was written\./,
    );
    expect([dumps, existsSync(path)]).toEqual([0, false]);
  });
});

describe('a backup of a small database', () => {
  itNeeds(['postgresClient', 'zstd'], 'is one stream, and says from which size on it would not be', async () => {
    const ground = await openGround();
    const words = said(await ground.types(OMAR, 'backup'));
    expect(words).toMatch(/One session: the database has \S+ MB; several are worth it above 10\.0 GB/);
    expect(fileOf(ground)).toMatch(/\.dump\.zst$/);
  });
});
