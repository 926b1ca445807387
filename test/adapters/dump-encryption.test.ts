import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { itNeeds } from '../setup/it-needs.ts';
import {
  contentOf,
  databaseWith,
  dumpInto,
  read,
  realFolder,
  removeFolders,
  run,
  type TestDatabase,
  tools,
} from './dump-stage.ts';

const LAYOUT = { format: 'custom', compression: 'zstd' } as const;

/** A key pair of the standard tool. */
async function keyPair(folder: string, name: string): Promise<{ file: string; identity: string; recipient: string }> {
  const file = join(folder, name);
  await run('age-keygen', ['-o', file]);
  const text = readFileSync(file, 'utf8');
  const [identity = ''] = /^AGE-SECRET-KEY-.*$/m.exec(text) ?? [];
  const [recipient = ''] = /age1\w+/.exec(text) ?? [];
  return { file, identity, recipient };
}

afterAll(removeFolders);

describe('An encrypted dump', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capops-age-'));
  let source: TestDatabase;
  beforeAll(async () => {
    source = await databaseWith(`CREATE EXTENSION pgcrypto;
      CREATE TABLE t AS SELECT n, gen_random_bytes(200) AS noise FROM generate_series(1, 3000) n`);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await source.drop();
  });

  itNeeds(
    ['postgresClient', 'zstd', 'age'],
    'is opened by each recipient with age, zstd and pg_restore alone',
    async () => {
      const keys = await Promise.all([keyPair(folder, 'one'), keyPair(folder, 'two')]);
      const recipients = keys.map(({ recipient }) => recipient);
      const { file, facts } = await dumpInto(source.url, { ...LAYOUT, recipients });
      expect(facts).toMatchObject({ isReadWhole: true, tables: { 'public.t': 3000 } });
      for (const key of keys) {
        const copy = await databaseWith('');
        const script = 'set -o pipefail; age -d -i "$1" "$0" | zstd -dc | "$2/pg_restore" --exit-on-error -d "$3"';
        await run('bash', ['-c', script, file, key.file, realFolder(), copy.url]);
        expect(await contentOf(copy.url)).toBe(await contentOf(source.url));
        await copy.drop();
      }
      const stranger = await keyPair(folder, 'three');
      await expect(run('age', ['-d', '-i', stranger.file, file])).rejects.toThrow('no identity matched');
    },
  );

  itNeeds(['postgresClient', 'zstd', 'age'], 'may come from the standard tool too', async () => {
    const key = await keyPair(folder, 'four');
    const { file } = await dumpInto(source.url, LAYOUT);
    await run('age', ['-r', key.recipient, '-o', `${file}.age`, file]);
    const request = { ...LAYOUT, isEncrypted: true, identities: [key.identity] };
    const checked = await tools().check(read(`${file}.age`), request);
    expect(checked).toMatchObject({ proof: 'read whole', fault: undefined });
  });

  itNeeds(['postgresClient', 'zstd', 'age'], 'holds in plain and by gzip as well', async () => {
    const key = await keyPair(folder, 'five');
    const layout = { format: 'plain', compression: 'gzip' } as const;
    const { file, facts } = await dumpInto(source.url, { ...layout, recipients: [key.recipient] });
    expect(facts.isReadWhole).toBe(true);
    const script = 'set -o pipefail; age -d -i "$1" "$0" | gzip -dc | sha256sum';
    expect(await run('bash', ['-c', script, file, key.file])).toBe(`${facts.archive?.sha256}  -\n`);
  });
});
