import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import type { ArchiveLayout, CheckRequest } from '../../src/ports.ts';
import { itNeeds } from '../setup/it-needs.ts';
import {
  databaseWith,
  dumpInto,
  fakePrograms,
  piecesOf,
  programs,
  removeFolders,
  tools,
  WITHOUT_ZSTD,
} from './dump-stage.ts';

const LAYOUTS: ArchiveLayout[] = [
  { format: 'plain', compression: 'none' },
  { format: 'plain', compression: 'gzip' },
  { format: 'plain', compression: 'zstd' },
  { format: 'custom', compression: 'none' },
  { format: 'custom', compression: 'gzip' },
  { format: 'custom', compression: 'zstd' },
  { format: 'directory', compression: 'none' },
];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const open = { isEncrypted: false };
const name = ({ format, compression }: ArchiveLayout) => `${format}, ${compression}`;

afterAll(removeFolders);

describe('A check', () => {
  const dumps = new Map<ArchiveLayout, Buffer>();
  let identity = '';
  let sealed: Buffer;
  beforeAll(async () => {
    const database = await databaseWith(`CREATE EXTENSION pgcrypto;
      CREATE TABLE first AS SELECT n, gen_random_bytes(300) AS noise FROM generate_series(1, 2000) n;
      CREATE TABLE last AS SELECT n, gen_random_bytes(300) AS noise FROM generate_series(1, 2000) n;`);
    for (const layout of LAYOUTS) dumps.set(layout, readFileSync((await dumpInto(database.url, layout)).file));
    identity = await generateX25519Identity();
    const request = {
      format: 'custom',
      compression: 'zstd',
      recipients: [await identityToRecipient(identity)],
    } as const;
    sealed = readFileSync((await dumpInto(database.url, request)).file);
    await database.drop();
  });
  afterAll(() => expect(programs()).toEqual([]));

  const dumpOf = (layout: ArchiveLayout) => dumps.get(layout) ?? Buffer.alloc(0);
  const check = (bytes: Uint8Array, request: CheckRequest, path?: string) =>
    tools(path ? { path } : {}).check(piecesOf(bytes), request);

  for (const path of [undefined, WITHOUT_ZSTD]) {
    for (const layout of LAYOUTS.filter(({ format }) => !path || format !== 'directory')) {
      const by = path ? ', without the zstd program' : '';
      itNeeds(['postgresClient', 'zstd'], `reads a dump whole: ${name(layout)}${by}`, async () => {
        const bytes = dumpOf(layout);
        expect(await check(bytes, { ...layout, ...open }, path)).toEqual({
          bytes: bytes.length,
          sha256: sha256(bytes),
          proof: 'read whole',
          fault: undefined,
        });
      });

      itNeeds(['postgresClient', 'zstd'], `finds wherever a dump was cut off: ${name(layout)}${by}`, async () => {
        const bytes = dumpOf(layout);
        for (const length of [0, 10, 0.3, 0.6, 0.9, bytes.length - 100, bytes.length - 10]) {
          const part = bytes.subarray(0, length > 0 && length < 1 ? Math.floor(bytes.length * length) : length);
          const { fault, ...rest } = await check(part, { ...layout, ...open }, path);
          expect(fault, `${part.length} of ${bytes.length} bytes`).toMatch(/^It (is no|was cut|cannot|does not)/);
          expect(rest).toEqual({ bytes: part.length, sha256: sha256(part), proof: 'read whole' });
        }
      });
    }
  }

  for (const layout of LAYOUTS) {
    const notices = layout.compression !== 'none' || layout.format !== 'plain';
    const what = notices ? 'and the format too' : 'and it alone';
    itNeeds(['postgresClient', 'zstd'], `shows one flipped byte in the SHA-256, ${what}: ${name(layout)}`, async () => {
      const bytes = Buffer.from(dumpOf(layout));
      // In the middle of a table's noise.
      const at = Math.floor(bytes.length / 3);
      bytes[at] =
        layout.format === 'plain' && !notices
          ? 48 + (((((bytes[at] ?? 0) - 48 + 1) % 10) + 10) % 10)
          : (bytes[at] ?? 0) ^ 0x40;
      const seen = await check(bytes, { ...layout, ...open });
      expect(seen.sha256).not.toBe(sha256(dumpOf(layout)));
      expect(seen.bytes).toBe(bytes.length);
      expect(seen.fault === undefined).toBe(!notices);
    });
  }

  itNeeds('postgresClient', 'takes nothing for a dump that is none', async () => {
    for (const layout of LAYOUTS) {
      for (const bytes of [Buffer.from('SELECT 1;\n'), randomBytes(300_000), Buffer.alloc(300_000)])
        expect((await check(bytes, { ...layout, ...open })).fault).toBeDefined();
    }
  });

  itNeeds('postgresClient', 'goes by the exit code of the programs that read', async () => {
    const layout = { format: 'custom', compression: 'zstd' } as const;
    const bytes = dumpOf(LAYOUTS[5] ?? layout);
    const wrong = tools({ pgBin: fakePrograms({ pg_restore: '"$real/pg_restore" "$@"; echo "odd" >&2; exit 1' }) });
    const { fault } = await wrong.check(piecesOf(bytes), { ...layout, ...open });
    expect(fault).toBe('It is no whole archive: pg_restore ended with exit code 1: odd');
    const killed = tools({ path: fakePrograms({ zstd: 'kill -9 $$' }) });
    expect((await killed.check(piecesOf(bytes), { ...layout, ...open })).fault).toContain('zstd was ended by SIGKILL');
  });

  itNeeds(
    ['postgresClient', 'zstd'],
    'of an encrypted dump needs the private key, or goes by its SHA-256 alone',
    async () => {
      const layout = { format: 'custom', compression: 'zstd', isEncrypted: true } as const;
      const facts = { bytes: sealed.length, sha256: sha256(sealed), fault: undefined };
      expect(await check(sealed, layout)).toEqual({ ...facts, proof: 'sha256 only', lacking: 'key' });
      expect(await check(sealed, { ...layout, identities: [identity] })).toEqual({ ...facts, proof: 'read whole' });
      const other = await generateX25519Identity();
      const opened = await check(sealed, { ...layout, identities: [other] });
      expect(opened).toEqual({
        ...facts,
        proof: 'read whole',
        fault: 'It cannot be decrypted: none of the keys opens it.',
      });
      expect((await check(sealed, { ...layout, identities: [other, identity] })).fault).toBeUndefined();
    },
  );

  itNeeds(['postgresClient', 'zstd'], 'finds an encrypted dump that was cut off or changed', async () => {
    const layout = { format: 'custom', compression: 'zstd', isEncrypted: true, identities: [identity] } as const;
    for (const length of [0, 100, 70_000, Math.floor(sealed.length / 2), sealed.length - 1]) {
      const { fault, bytes } = await check(sealed.subarray(0, length), layout);
      expect(fault).toMatch(/^It cannot be decrypted: /);
      expect(bytes).toBe(length);
    }
    const changed = Buffer.from(sealed);
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    expect((await check(changed, layout)).fault).toMatch(/^It cannot be decrypted: /);
  });

  itNeeds('postgresClient', 'says nothing of a text that is no key', async () => {
    const layout = { format: 'custom', compression: 'zstd', isEncrypted: true } as const;
    for (const key of ['AGE-SECRET-KEY-1NONSENSE', 'hunter2']) {
      const refused = await check(sealed, { ...layout, identities: [key] }).catch((error: unknown) => error);
      expect(refused).toEqual(new UserError('This is no private key of age. One begins with AGE-SECRET-KEY-1.'));
    }
  });

  itNeeds(['postgresClient', 'zstd'], 'rejects when the content does, and stops its programs', async () => {
    for (const layout of LAYOUTS) {
      const broken = (async function* () {
        yield dumpOf(layout).subarray(0, 100_000);
        throw new Error('The storage fell silent');
      })();
      await expect(tools().check(broken, { ...layout, ...open })).rejects.toThrow('The storage fell silent');
      expect(programs()).toEqual([]);
    }
  });

  itNeeds(['postgresClient', 'zstd'], 'is cancelled midway', async () => {
    const reason = new Error('Enough');
    for (const layout of LAYOUTS) {
      const cancel = new AbortController();
      const request = { ...layout, ...open, signal: cancel.signal, progress: () => cancel.abort(reason) };
      await expect(check(dumpOf(layout), request)).rejects.toBe(reason);
      expect(programs()).toEqual([]);
    }
  });

  test('of the custom format names what is missing', async () => {
    const request = { format: 'custom', compression: 'none', ...open } as const;
    const checked = tools({ pgBin: '/nowhere' }).check(piecesOf(Buffer.alloc(1)), request);
    await expect(checked).rejects.toThrow(UserError);
  });
});
