import { isoDate, showTime } from '../../domain/end-date.ts';
import { BackupAlarm } from '../../models/backup-alarm.ts';
import { freshestCopies } from '../../models/backup-freshness.ts';
import { lastProven, type NightlySize, nightlySizes } from '../../models/backup-summary.ts';
import { freshestFacts } from '../backups/freshest-words.ts';
import type { Chart, Part, Report } from '../service/report.ts';
import { withLedger } from '../service/with-ledger.ts';
import type { DigestSection, Span, Subject } from './digest-section.ts';

const NIGHTS = 14;
const NAMES = { platform: 'The platform', ledger: 'The ledger' } as const;

/** The newest good backups, how their sizes go, and what is wrong with them. */
export const backups: Subject = {
  name: 'the backups',
  async look({ databases: { ledger } }, span): Promise<DigestSection> {
    const [fresh, sizes, proven, alarms] = await withLedger(() =>
      Promise.all([
        freshestCopies(ledger, span.now),
        nightlySizes(ledger, NIGHTS),
        lastProven(ledger),
        BackupAlarm.standing(ledger),
      ]),
    );
    const facts = freshestFacts(fresh, NAMES, span);
    const restored = proven
      ? `${showTime(proven.provenAt, span.timeZone)}, the one of ${showTime(proven.takenAt, span.timeZone)}`
      : 'never';
    const parts: Part[] = [
      { kind: 'facts', facts: [...facts, ['Last proven restore', restored]] },
      ...charts(sizes, span),
      ...alarms.map(({ words }): Part => ({ kind: 'text', text: words })),
    ];
    return {
      needs: alarms.map(({ words }) => words),
      ...(fresh.length === 0 ? { unseen: 'still to come' as const } : {}),
      report: reportOf(fresh.length, alarms.length, parts),
    };
  },
};

function reportOf(good: number, alarms: number, parts: readonly Part[]): Report {
  const offers = [{ label: 'List the backups', operation: 'list-backups', input: {} }];
  if (good === 0) {
    return {
      tone: 'attention',
      title: 'There is no good backup yet.',
      parts,
      offers: [{ label: 'Make a backup', operation: 'backup', input: {} }],
    };
  }
  const title = alarms > 0 ? 'The backups need a look.' : 'The backups are as they should be.';
  return { tone: alarms > 0 ? 'attention' : 'info', title, parts, offers };
}

/** In megabytes; a single night is no trend. */
function charts(sizes: readonly NightlySize[], { timeZone }: Span): Chart[] {
  const nights = sizes.filter(({ role }) => role === 'platform');
  if (nights.length < 2) return [];
  const values = nights.map(({ bytes }) => Math.round(bytes / 1e5) / 10);
  const labels = nights.map(({ takenAt }) => isoDate(takenAt, timeZone));
  if (new Set(labels).size < labels.length) return [];
  return [
    {
      kind: 'chart',
      shape: 'line',
      title: 'Size of the nightly backup (MB)',
      labels,
      series: [{ name: 'Platform', values }],
    },
  ];
}
