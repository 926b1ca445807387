import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { itNeeds } from '../setup/it-needs.ts';
import { type Ground, openGround } from './backup-ground.ts';
import { OMAR, said, TERMINAL } from './desk.ts';

/** Its id, and its file in BACKUP_DIR. */
async function backedUp(ground: Ground): Promise<{ id: string; path: string }> {
  await ground.types(OMAR, 'backup');
  const [row] = await ground.ledger('SELECT id FROM backups ORDER BY taken_at DESC LIMIT 1');
  const file = ground.files().find((name) => name.endsWith('.dump.zst')) ?? '';
  return { id: String(row?.id), path: join(ground.folder, file) };
}

function flip(path: string, from: number): void {
  const bytes = readFileSync(path);
  bytes[from] = (bytes[from] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

const stateOf = async (ground: Ground) => (await ground.ledger('SELECT state FROM backup_copies'))[0]?.state;

describe('verify-backup', () => {
  itNeeds(['postgresClient', 'zstd'], 'reads all of it, and notes when it was found whole', async () => {
    const ground = await openGround();
    const { id } = await backedUp(ground);
    ground.now = new Date(ground.now.getTime() + 3_600_000);
    const outcome = await ground.types(OMAR, `verify-backup ${id.slice(0, 8)}`);
    expect(said(outcome)).toContain('is whole: every byte was read, in local.');
    expect(await ground.ledger('SELECT state, verified_at FROM backup_copies')).toEqual([
      { state: 'good', verified_at: ground.now },
    ]);
  });

  itNeeds(['postgresClient', 'zstd'], 'one changed byte is damage: it is told, and noted', async () => {
    const ground = await openGround();
    const { id, path } = await backedUp(ground);
    flip(path, readFileSync(path).length - 40);
    const outcome = await ground.types(OMAR, `verify-backup ${id}`);
    expect(said(outcome)).toContain('is damaged in local.');
    expect(outcome.kind === 'done' && [outcome.report.broken, outcome.report.announcement]).toEqual([
      true,
      expect.stringContaining('verified a backup: Backup'),
    ]);
    expect(await stateOf(ground)).toBe('bad');
    expect(said(await ground.types(OMAR, 'backups'))).toContain('local (damaged)');
  });

  itNeeds(['postgresClient', 'zstd'], 'damage outlives the ledger, until it is found whole again', async () => {
    const ground = await openGround();
    const { id, path } = await backedUp(ground);
    const place = readFileSync(path).length - 40;
    flip(path, place);
    await ground.types(OMAR, `verify-backup ${id}`);
    const mark = `${path}.damaged.json`;
    expect(JSON.parse(readFileSync(mark, 'utf8'))).toEqual({
      fault: expect.stringContaining('no whole archive'),
      since: ground.now.toISOString(),
    });
    const lose = () => ground.ledger('DELETE FROM backup_copies; DELETE FROM backups');
    await lose();
    expect(said(await ground.types(OMAR, 'backups'))).toContain('local (damaged)');
    expect(await ground.ledger('SELECT state, tried_at FROM backup_copies')).toEqual([
      { state: 'bad', tried_at: ground.now },
    ]);
    flip(path, place);
    ground.now = new Date(ground.now.getTime() + 60_000);
    expect(said(await ground.types(OMAR, `verify-backup ${id}`))).toContain('is whole');
    expect(existsSync(mark)).toBe(false);
    await lose();
    expect(said(await ground.types(OMAR, 'backups'))).not.toContain('damaged');
  });

  itNeeds(['postgresClient', 'zstd'], 'says where the damage could not be noted beside it', async () => {
    const ground = await openGround();
    const { id, path } = await backedUp(ground);
    flip(path, readFileSync(path).length - 40);
    const { local } = ground.backups;
    const write = () => Promise.reject(new Error('full'));
    ground.backups = { ...ground.backups, local: { ...local, write } };
    expect(said(await ground.types(OMAR, `verify-backup ${id}`))).toContain('It could not be noted beside it in local');
    expect(await stateOf(ground)).toBe('bad');
  });

  itNeeds(['postgresClient', 'zstd'], 'a file, in the terminal: with its manifest, and without', async () => {
    const ground = await openGround();
    const { path } = await backedUp(ground);
    const copy = join(ground.elsewhere, 'copy.dump.zst');
    copyFileSync(path, copy);
    const bare = await ground.types(TERMINAL, `verify-backup ${copy}`);
    expect(said(bare)).toContain('copy.dump.zst is whole');
    expect(said(bare)).toContain('No manifest stands beside it');
    copyFileSync(`${path}.manifest.json`, `${copy}.manifest.json`);
    appendFileSync(copy, 'x');
    const cut = await ground.types(TERMINAL, `verify-backup ${copy}`);
    expect(said(cut)).toContain('is damaged in');
    expect(await stateOf(ground)).toBe('good');
    expect((await ground.types(TERMINAL, `verify-backup ${path}`)).kind).toBe('done');
  });

  itNeeds(['postgresClient', 'zstd'], 'one that is gone is gone on record', async () => {
    const ground = await openGround();
    const { id, path } = await backedUp(ground);
    rmSync(path);
    expect(said(await ground.types(OMAR, `verify-backup ${id}`))).toContain('is gone in local.');
    expect(await stateOf(ground)).toBe('missing');
  });

  itNeeds(['postgresClient', 'zstd'], 'what there is not, and files in Slack, are refused', async () => {
    const ground = await openGround();
    expect(said(await ground.types(OMAR, 'verify-backup abcdef12'))).toContain('There is no backup abcdef12.');
    expect(said(await ground.types(TERMINAL, 'verify-backup /nowhere/x.sql'))).toContain('There is no file');
    expect(said(await ground.types(OMAR, 'verify-backup /etc/passwd.sql'))).toContain('Files are for the terminal.');
  });
});
