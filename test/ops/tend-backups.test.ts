import { describe, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/adapters/local-storage.ts';
import { openMeter } from '../../src/adapters/metrics.ts';
import { freshestCopies } from '../../src/models/backup-freshness.ts';
import { makeCopies } from '../../src/ops/backups/backup-upkeep.ts';
import { tendBackups } from '../../src/ops/backups/tend-backups.ts';
import type { Ports } from '../../src/ports.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { type Ground, openGround, plant } from './backup-ground.ts';
import { POLICY, TERMINAL, VERA } from './desk.ts';

const HOUR_MS = 3_600_000;
const ENTRY = {
  ...{ name: 'nightly-backup', operation: 'nightly-backup', cron: '0 2 * * *', timeZone: 'UTC' },
  ...{ input: {}, channel: 'C0OPS', catchUpMs: HOUR_MS },
};

async function groundWatched() {
  const policy = { ...POLICY, schedule: [ENTRY] };
  const ground = await openGround({ settings: { policy }, backups: { storage: 'local' } });
  const told: string[] = [];
  const paged: string[] = [];
  const state = { isDown: false };
  const quiet = () => undefined;
  const ports = (): Ports => ({
    databases: ground.databases,
    cache: undefined,
    directory: undefined,
    clock: { now: () => ground.now },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    settings: {
      environment: 'test',
      timeZone: 'UTC',
      policy,
      backups: { storage: 'local', retention: { daily: 7, weekly: 4, monthly: 12, manualDays: 7, safetyDays: 30 } },
    },
    pager: {
      wake: (trouble, summary) => void paged.push(`${trouble}: ${summary}`),
      over: quiet,
    },
    openBackups: async () => ground.backups,
  });
  const announcer = {
    post: async (_: string, __: unknown, { title }: { title: string }) => {
      if (state.isDown) throw new Error('Slack is down');
      told.push(title);
      return { channel: 'C0OPS', ts: '1' };
    },
    reply: async () => ({ channel: 'C0OPS', ts: '2' }),
    amend: async () => undefined,
  };
  const look = () => tendBackups({ ports: ports(), announcer, channel: 'C0OPS' });
  const later = (hours: number) => {
    ground.now = new Date(ground.now.getTime() + hours * HOUR_MS);
  };
  return { ground, told, paged, state, ports, look, later };
}

/** One of each database, as the night makes them. */
async function bothPlanted(ground: Ground): Promise<void> {
  const { id } = await plant(ground, { takenAt: ground.now });
  await ground.types(VERA, 'backups');
  await ground.ledger(
    `INSERT INTO backups SELECT gen_random_uuid(), database || '_capops', 'ledger', kind, taken_at, manifest FROM backups WHERE id = '${id}'`,
  );
  await ground.ledger(
    "INSERT INTO backup_copies (backup_id, storage, key, state) SELECT id, 'local', 'l' || id, 'good' FROM backups WHERE id NOT IN (SELECT backup_id FROM backup_copies)",
  );
}

describe('looking after the backups', () => {
  test('tells once of what is too old, by however many replicas, and once when it is mended', async () => {
    const { ground, told, paged, look, later } = await groundWatched();
    await bothPlanted(ground);
    await look();
    expect([told, paged]).toEqual([[], []]);
    later(27);
    await Promise.all([look(), look(), look(), look()]);
    await look();
    expect(told).toEqual([
      expect.stringMatching(/^About the backups: The last good backup of the ledger in local is 27 hours old/),
      expect.stringMatching(
        /^About the backups: The last good backup of the platform’s database in local is 27 hours old/,
      ),
    ]);
    expect(paged[0]).toMatch(/^backups: The last good backup of the platform’s database in local is 27 hours old/);
    later(1);
    await bothPlanted(ground);
    await look();
    await look();
    expect(told.slice(2).map((title) => title.slice(0, 26))).toEqual(Array(2).fill('Mended, about the backups:'));
    expect(await ground.ledger('SELECT name FROM backup_alarms')).toEqual([]);
  });

  test('tells later where Slack is down, and not of what is mended by then', async () => {
    const { ground, told, state, look, later } = await groundWatched();
    await bothPlanted(ground);
    later(27);
    state.isDown = true;
    await expect(look()).rejects.toThrow('Slack is down');
    await bothPlanted(ground);
    state.isDown = false;
    await look();
    expect(told).toEqual([]);
  });

  test('tells of a night that lost much, whatever its format, until it is mended and not in the next', async () => {
    const { ground, told, look, later } = await groundWatched();
    const enter = async (format: 'directory' | 'custom', rows: number, takenAt = ground.now) => {
      const manifest = JSON.stringify({ format, compression: 'none', bytes: 1000, tables: { t: rows, u: 0 } });
      await ground.ledger(
        `INSERT INTO backups SELECT gen_random_uuid(), 'p', 'platform', 'nightly', '${takenAt.toISOString()}', '${manifest}'`,
      );
    };
    const night = async (format: 'directory' | 'custom', rows: number) => {
      await enter(format, rows);
      await look();
      later(24);
    };
    const small = () => told.filter((title) => title.includes('smaller'));
    // A clock that was wrong once has made this one, which is not the last one.
    await enter('custom', 5000, new Date(ground.now.getTime() + 365 * 24 * HOUR_MS));
    await night('directory', 1000);
    expect(small()).toEqual([]);
    await night('custom', 300);
    const words =
      'The last backup of the platform’s database is 70 % smaller than the largest of the week before it (300 rows after 1,000 rows): look whether data are missing.';
    expect(small()).toEqual([`About the backups: ${words}`]);
    for (let n = 0; n < 6; n++) await night('custom', 310);
    expect(small()).toHaveLength(1);
    await night('custom', 310);
    expect(small()).toEqual([`About the backups: ${words}`, `Mended, about the backups: ${words}`]);
  });

  test('tells of a damaged copy, until it is verified good or gone', async () => {
    const { ground, told, look } = await groundWatched();
    await bothPlanted(ground);
    await ground.ledger(
      "UPDATE backup_copies SET state = 'bad', fault = 'One byte is wrong.', tried_at = now() WHERE key LIKE 'backups/%'",
    );
    await look();
    expect(told.some((title) => /is damaged in local\. One byte is wrong\./.test(title))).toBe(true);
    await ground.ledger("UPDATE backup_copies SET state = 'missing' WHERE state = 'bad'");
    await look();
    expect(told.at(-1)).toMatch(/^Mended, about the backups: Backup \w{8} is damaged/);
  });

  test('tells of pruning that did not work, until it does', async () => {
    const { ground, told, look } = await groundWatched();
    await bothPlanted(ground);
    const { now } = ground;
    const { BackupAlarm } = await import('../../src/models/backup-alarm.ts');
    const trouble = { name: 'pruning local', words: '2 could not be removed from local.' };
    await BackupAlarm.raise(ground.databases.ledger, [trouble], now);
    await look();
    await look();
    expect(told).toEqual(['About the backups: 2 could not be removed from local.']);
    await BackupAlarm.mend(ground.databases.ledger, 'pruning local', { but: [], now });
    await look();
    expect(told[1]).toBe('Mended, about the backups: 2 could not be removed from local.');
  });

  itNeeds('postgresClient', 'makes the copies that are wanted, on any number of replicas once', async () => {
    const { ground, ports, later } = await groundWatched();
    const offsite = openLocalStorage({ name: 'offsite', folder: `${ground.elsewhere}/offsite` });
    const write = () => Promise.reject(new Error('down'));
    ground.backups = { ...ground.backups, offsite: { ...offsite, write } };
    await ground.types(TERMINAL, 'backup --offsite');
    let writes = 0;
    const counting: typeof offsite.write = (...args) => {
      writes += 1;
      return offsite.write(...args);
    };
    ground.backups = { ...ground.backups, offsite: { ...offsite, write: counting } };
    const copy = () => makeCopies(ports(), new AbortController().signal);
    await copy();
    expect(writes).toBe(0);
    later(1);
    await Promise.all([copy(), copy(), copy()]);
    expect(writes).toBe(2);
    expect(await ground.ledger("SELECT state FROM backup_copies WHERE storage = 'offsite'")).toEqual([
      { state: 'good' },
    ]);
  });

  test('shows age and size in the metrics', async () => {
    const { ground, later } = await groundWatched();
    await bothPlanted(ground);
    later(2);
    const meter = openMeter();
    meter.watchBackups(async () =>
      (await freshestCopies(ground.databases.ledger, ground.now)).map(({ role, storage, bytes, takenAt }) => ({
        ...{ database: role, storage, bytes },
        ageSeconds: (ground.now.getTime() - takenAt.getTime()) / 1000,
      })),
    );
    const { text } = await meter.page();
    expect(text).toContain('capops_backup_age_seconds{database="platform",storage="local"} 7200');
    expect(text).toContain('capops_backup_bytes{database="ledger",storage="local"} 51');
  });
});
