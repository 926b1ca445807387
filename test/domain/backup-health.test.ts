import { describe, expect, test } from 'vitest';
import { type BackupSight, judgeBackups, judgeDisk, judgeMigrations } from '../../src/domain/backup-health.ts';
import type { HealthFinding } from '../../src/domain/health.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const moment = { now: NOW, timeZone: 'UTC' };
const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const words = ({ state, says }: HealthFinding) => `${state}: ${says}`;
const copy = (hours: number, role: 'platform' | 'ledger' = 'platform', bytes = 1_200_000_000) => ({
  role,
  storage: 'local',
  takenAt: ago(hours),
  bytes,
});

const sight = (more: Partial<Extract<BackupSight, { isAnswered: true }>>): BackupSight => ({
  isAnswered: true,
  ms: 1,
  freshest: [copy(10), copy(10, 'ledger', 1000)],
  sizes: [],
  damaged: [],
  storages: ['local'],
  since: ago(900),
  isScheduled: true,
  ...more,
});
const size = (bytes: number) => ({ format: 'custom', compression: 'zstd', bytes, rows: 1 }) as const;
const unknown = { isAnswered: false, ms: 1, because: 'silent' } as const;

describe('the newest backup', () => {
  const judge = (more: Parameters<typeof sight>[0]) => judgeBackups(sight(more), moment);

  test('says how old and how large it is', () => {
    expect(words(judge({}))).toBe('healthy: 10 hours old (22 Nov 2026, 02:00 UTC, 1.2 GB)');
  });

  test('that is still to come is a note, with what somebody may do', () => {
    const finding = judge({ freshest: [], since: ago(1) });
    expect(words(finding)).toBe('note: None yet');
    expect(finding.next).toContain('tonight');
    expect(judge({ freshest: [], isScheduled: false, since: undefined }).next).toContain('capops.yml');
  });

  test('that is too old is unhealthy; one that shrank or is damaged is degraded', () => {
    expect(words(judge({ freshest: [copy(30), copy(10, 'ledger')] }))).toMatch(
      /^unhealthy: The last good backup of the platform’s database in local is 30 hours old/,
    );
    expect(words(judge({ sizes: [{ role: 'platform', last: size(10), before: [size(100)] }] }))).toMatch(
      /^degraded: .* 90 % smaller/,
    );
    expect(words(judge({ damaged: [{ id: 'abcdefgh-1', storage: 'local', fault: null }] }))).toMatch(
      /^degraded: Backup abcdefgh is damaged/,
    );
    expect(words(judge({ freshest: [copy(30), copy(30, 'ledger')] }))).toMatch(/And 1 thing more\.$/);
  });

  test('that nobody has scheduled changes no verdict however old', () => {
    expect(words(judge({ freshest: [copy(100)], isScheduled: false }))).toMatch(
      /^note: 4 days old .*; none is scheduled$/,
    );
  });

  test('is not known without the ledger', () => {
    expect(words(judgeBackups(unknown, moment))).toBe('note: Not known while the ledger does not answer');
  });
});

describe('disk space', () => {
  const disk = (freeBytes: number, more = {}) =>
    words(
      judgeDisk({ isAnswered: true, ms: 1, freeBytes, totalBytes: 9e9 }, { backups: sight({}), isUsed: true, ...more }),
    );

  test('is enough for two nights, for one, or for none', () => {
    expect(disk(2.5e9)).toBe('healthy: 2.5 GB free of 9.0 GB');
    expect(disk(2.4e9)).toMatch(
      /^degraded: 2\.4 GB free of 9\.0 GB, and the last backups took 1\.2 GB: room for one night only$/,
    );
    expect(disk(1.2e9)).toMatch(/^unhealthy: .*: the next ones have no room$/);
  });

  test('is only told where backups go elsewhere, or how large they are is not known', () => {
    expect(disk(1, { isUsed: false })).toBe('note: 1 B free of 9.0 GB; backups go off site');
    expect(disk(1, { backups: unknown })).toBe('healthy: 1 B free of 9.0 GB');
  });
});

test('migrations that wait are degraded, and are not known while a database is down', () => {
  const judge = (platform: string[], ledger: string[] | 'missing') =>
    judgeMigrations({ isAnswered: true, ms: 1, platform, ledger });
  expect(words(judge([], []))).toBe('healthy: None pending');
  expect(words(judge([], ['0012-backups.ts']))).toBe('degraded: 1 pending');
  expect(judge([], 'missing').next).toContain('pnpm db:migrate');
  expect(words(judgeMigrations(unknown))).toBe('note: Not known while a database does not answer');
  const newer = {
    isAnswered: false,
    ms: 1,
    because: 'failed',
    sentence: 'A newer CapOps has migrated the ledger. Update this one.',
  } as const;
  expect(words(judgeMigrations(newer))).toBe('degraded: A newer CapOps has migrated the ledger. Update this one.');
});
