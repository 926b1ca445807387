import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { itNeeds } from '../setup/it-needs.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { databaseWith, run, type TestDatabase } from './dump-stage.ts';

const LIMIT_MIB = 80;

// 200 MB in a plain dump, of which zstd saves half.
const LARGE = `CREATE EXTENSION pgcrypto; CREATE UNLOGGED TABLE large AS
  SELECT n, gen_random_bytes(1000) AS noise FROM generate_series(1, 100000) n`;

describe('The memory of CapOps', () => {
  let large: TestDatabase;
  const folder = mkdtempSync(join(tmpdir(), 'capops-memory-'));
  beforeAll(async () => {
    large = await databaseWith(LARGE);
  }, 60_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await large.drop();
  });

  async function measure(request: object) {
    const script = join(PROJECT_ROOT, 'test/adapters/dump-worker.ts');
    const said = await run(process.execPath, [
      script,
      large.url,
      'measure',
      join(folder, 'dump'),
      JSON.stringify(request),
    ]);
    return JSON.parse(said.trim()) as {
      bytes: number;
      fault?: string;
      proof: string;
      dumpMiB: number;
      checkMiB: number;
    };
  }

  itNeeds(['postgresClient', 'zstd'], 'stays flat over a dump of 200 MB and its check', async () => {
    const seen = await measure({ format: 'custom', compression: 'zstd' });
    expect(seen).toMatchObject({ proof: 'read whole' });
    expect(seen.fault).toBeUndefined();
    expect(seen.bytes).toBeGreaterThan(95_000_000);
    expect(Math.max(seen.dumpMiB, seen.checkMiB)).toBeLessThan(LIMIT_MIB);
  });

  itNeeds(
    ['postgresClient', 'zstd'],
    'stays flat when it is encrypted and decrypted',
    async () => {
      const identity = await generateX25519Identity();
      const recipients = [await identityToRecipient(identity)];
      const seen = await measure({ format: 'custom', compression: 'zstd', recipients, identities: [identity] });
      expect(seen).toMatchObject({ proof: 'read whole' });
      expect(seen.fault).toBeUndefined();
      expect(Math.max(seen.dumpMiB, seen.checkMiB)).toBeLessThan(LIMIT_MIB);
    },
    { timeoutSeconds: 60 },
  );
});
