import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished } from 'vitest';
import type { S3Settings } from '../src/config/backups.ts';
import { keysIn, LARGE, openGround, withProcessors } from './ops/backup-ground.ts';
import { OMAR, said } from './ops/desk.ts';
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
}

/** Backs up, and restores with nothing but the page. Resolves with the airports that there are then. */
async function survivors({ offsite, isEncrypted, isLarge = false }: Loss): Promise<string> {
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
  const { database } = ground.backups.sources.platform;
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
  expect(output).toContain('"public.organizations": 2');
  const select = ['-XAtc', 'SELECT code FROM organizations ORDER BY code', addressOf(restored)];
  return execFileSync('psql', select, { encoding: 'utf8' }).trim();
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
