import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished } from 'vitest';
import type { S3Settings } from '../src/config/backups.ts';
import { inOnePiece } from '../src/ops/backups/in-one-piece.ts';
import type { BackupStorage } from '../src/ports.ts';
import { keysIn, LARGE, openGround, textAt, withProcessors } from './ops/backup-ground.ts';
import { OMAR, said, TERMINAL } from './ops/desk.ts';
import { addressOf, onServer } from './setup/database.ts';
import { itNeeds } from './setup/it-needs.ts';
import { makeBucket, startObjectStore } from './setup/object-store.ts';
import { PROJECT_ROOT } from './setup/run-cli.ts';

startObjectStore();

/** What the page tells to type, in order; a block of another way to step 1 is left out. */
function commandsOf(way: 'from-the-store' | 'from-a-disk'): string {
  const page = readFileSync(join(PROJECT_ROOT, 'docs/disaster.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh ?(\S*)\n([\s\S]*?)^```$/gm)];
  expect(blocks.length).toBe(7);
  return blocks.flatMap(([, mark, text = '']) => (mark === '' || mark === way ? [text] : [])).join('');
}

interface Loss {
  readonly offsite?: S3Settings;
  readonly isEncrypted: boolean;
  readonly isLarge?: boolean;
  /** After the night somebody made one more in the terminal, with an airport that only that one has. */
  readonly isByHand?: boolean;
}

/** Backs up, and restores with nothing but the page. Resolves with the airports that there are then. */
async function survivors({ offsite, isEncrypted, isLarge = false, isByHand = false }: Loss): Promise<string> {
  const keys = isEncrypted ? newKeys() : undefined;
  const backups = {
    storage: offsite ? ('offsite' as const) : ('local' as const),
    encryptTo: keys ? [keys.recipient] : [],
    ...(isLarge ? LARGE : {}),
  };
  const ground = withProcessors(await openGround({ ...(offsite ? { offsite } : {}), backups }));
  await ground.airports('LHR', 'LGW');
  const night = said(await ground.types(OMAR, 'nightly'));
  expect([night, ground.complaints]).toEqual([expect.stringContaining('are backed up'), []]);
  const storage = ground.backups.offsite ?? ground.backups.local;
  expect((await keysIn(storage)).every((key) => key.endsWith('.json') || key.endsWith('.age') === isEncrypted)).toBe(
    true,
  );
  expect(
    (await keysIn(storage)).some((key) => key.includes('.dir.tar')),
    String(isLarge),
  ).toBe(isLarge);
  if (isByHand) {
    await ground.airports('SIN');
    expect(said(await ground.types(TERMINAL, 'backup'))).toContain('is backed up');
  }
  const { database } = ground.backups.sources.platform;
  await plantDamaged(storage, database);
  const restored = `${database}_restored`;
  onTestFinished(() => onServer(`DROP DATABASE IF EXISTS ${restored} WITH (FORCE)`));
  const server = new URL(inject('postgresUrl'));
  const folder = join(ground.elsewhere, 'empty');
  mkdirSync(folder);
  const values = {
    DATABASE: database,
    RESTORE_TO: restored,
    PGHOST: server.hostname,
    PGPORT: server.port,
    PGUSER: server.username,
    PGPASSWORD: server.password,
    S3_ENDPOINT: offsite?.endpoint ?? '',
    S3_BUCKET: offsite?.bucket ?? '',
    S3_PREFIX: offsite?.prefix ?? '',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: offsite?.keys?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: offsite?.keys?.secretAccessKey ?? '',
    BACKUP_DIR: ground.folder,
    AGE_IDENTITY_FILE: 'identity.txt',
  };
  if (keys) writeFileSync(join(folder, 'identity.txt'), keys.identity, { mode: 0o600 });
  writeFileSync(
    join(folder, 'disaster.env'),
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const { PATH = '', HOME = '' } = process.env;
  const commands = commandsOf(offsite ? 'from-the-store' : 'from-a-disk');
  const output = execFileSync('bash', ['-c', commands], { cwd: folder, env: { PATH, HOME }, encoding: 'utf8' });
  expect(output).toMatch(/: OK$/m);
  expect(output).toContain(`"public.organizations": ${isByHand ? 3 : 2}`);
  const select = ['-XAtc', 'SELECT code FROM organizations ORDER BY code', addressOf(restored)];
  return execFileSync('psql', select, { encoding: 'utf8' }).trim();
}

/** The newest by far, with a note beside it that it is broken. */
async function plantDamaged(storage: BackupStorage, database: string): Promise<void> {
  const folder = `backups/${database}/`;
  const manifest =
    (await keysIn(storage)).find((key) => key.startsWith(folder) && key.endsWith('.manifest.json')) ?? '';
  const text = (await textAt(storage, manifest)).replace(/"takenAt": "\d{4}/, '"takenAt": "2099');
  const key = manifest.slice(0, -'.manifest.json'.length).replace(/\/\d{4}(?=-\d\d-)/, '/2099');
  await storage.write(key, inOnePiece('broken'));
  await storage.write(`${key}.manifest.json`, inOnePiece(text));
  await storage.write(`${key}.damaged.json`, inOnePiece('{}'));
}

function newKeys(): { identity: string; recipient: string } {
  const identity = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return { identity, recipient: /age1\w+/.exec(identity)?.[0] ?? '' };
}

const TIME = { timeoutSeconds: 90 };

describe('docs/disaster.md, to the letter', () => {
  itNeeds(
    ['postgresClient', 'zstd'],
    'restores from a disk',
    async () => {
      expect(await survivors({ isEncrypted: false })).toBe('LGW\nLHR');
    },
    TIME,
  );

  itNeeds(
    ['postgresClient', 'zstd'],
    'restores what was made by hand since, which stands beside the folder of the others',
    async () => {
      expect(await survivors({ isEncrypted: false, isByHand: true })).toBe('LGW\nLHR\nSIN');
    },
    TIME,
  );

  itNeeds(
    ['postgresClient', 'zstd', 'age'],
    'restores what is encrypted',
    async () => {
      expect(await survivors({ isEncrypted: true })).toBe('LGW\nLHR');
    },
    TIME,
  );

  itNeeds(
    ['postgresClient', 'age'],
    'restores what several sessions dumped, encrypted',
    async () => {
      expect(await survivors({ isEncrypted: true, isLarge: true })).toBe('LGW\nLHR');
    },
    TIME,
  );

  itNeeds(
    ['postgresClient', 'zstd', 'age', 'objectStore', 'aws'],
    'restores from a store',
    async () => {
      const { settings } = await makeBucket();
      expect(await survivors({ offsite: { ...settings, prefix: 'capops/test' }, isEncrypted: true })).toBe('LGW\nLHR');
    },
    TIME,
  );
});
