import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

function folderOf(...programs: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'capops-bin-'));
  for (const name of programs) {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

describe('PostgreSQL’s programs', () => {
  test('are looked for everywhere, unless PG_BIN names their folder', () => {
    const folder = folderOf('pg_dump', 'pg_restore');
    expect(load().programs.pgBin).toBeUndefined();
    expect(load({ PG_BIN: folder }).programs.pgBin).toBe(folder);
  });

  test('are not taken from a folder that lacks one', () => {
    const folder = folderOf('pg_dump');
    expect(refusal({ PG_BIN: folder })).toContain(
      `PG_BIN: found “${folder}”. Allowed: a folder that holds pg_dump and pg_restore`,
    );
  });

  test('are told where to look and whose home it is, and no setting', () => {
    const { environment } = load({
      PATH: '/bin',
      HOME: '/home/capops',
      REDIS_URL: 'redis://h',
      PGPASSWORD: 'x',
    }).programs;
    expect(environment).toEqual({ PATH: '/bin', HOME: '/home/capops' });
  });
});
