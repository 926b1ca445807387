import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, test } from 'vitest';
import { openLocalStorage } from '../../src/adapters/local-storage.ts';
import { keepsTheStorageContract, type Subject } from '../contracts/backup-storage.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'capops-storage-'));
  made.push(parent);
  return join(parent, 'backups');
}

async function open(): Promise<Subject> {
  const address = { name: 'local', folder: newFolder() };
  return {
    storage: openLocalStorage(address),
    address,
    leftovers: async () => {
      const names = await Promise.resolve(readdirSync(dirname(address.folder), { recursive: true }));
      return names.filter((name) => String(name).endsWith('.partial')).length;
    },
    fill: async (keys) => {
      for (const key of keys) {
        await mkdir(dirname(join(address.folder, key)), { recursive: true });
        await writeFile(join(address.folder, key), key);
      }
    },
  };
}

keepsTheStorageContract((name, body) => test(name, body, 60_000), open);
