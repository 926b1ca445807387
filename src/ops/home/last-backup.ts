import { showTime } from '../../domain/end-date.ts';
import { nextSlot } from '../../domain/schedule-slots.ts';
import type { Offer } from '../../errors.ts';
import { BackupAlarm } from '../../models/backup-alarm.ts';
import { freshestCopies } from '../../models/backup-freshness.ts';
import { SchedulePause } from '../../models/schedule-state.ts';
import { freshestFacts } from '../backups/freshest-words.ts';
import type { HomeSubject, Viewer } from './home-section.ts';

const NAMES = { platform: 'Platform', ledger: 'Ledger' } as const;
const OFFERS: readonly Offer[] = [
  { label: 'Back up now', operation: 'backup', input: {}, confirm: 'Make a backup of the platform’s database now?' },
  { label: 'List the backups', operation: 'list-backups', input: {} },
];

/** The last good backups, the next one, and what is wrong with them. */
export const lastBackup: HomeSubject = {
  key: 'backups',
  name: 'Backups',
  source: 'ledger',
  operation: 'list-backups',
  async look(viewer) {
    const { databases, settings, now } = viewer;
    const { ledger } = databases;
    const [fresh, alarms, pauses] = await Promise.all([
      freshestCopies(ledger, now),
      BackupAlarm.standing(ledger),
      SchedulePause.all(ledger),
    ]);
    const last = freshestFacts(fresh, NAMES, { now, timeZone: settings.timeZone });
    const isGood = fresh.length > 0 && alarms.length === 0;
    return {
      tone: isGood ? 'info' : 'attention',
      title: titleOf(fresh.length, alarms.length),
      parts: [
        { kind: 'facts', facts: [...last, ['Next', nextWords(viewer, new Set(pauses.keys()))]] },
        { kind: 'list', items: alarms.map(({ words }) => words) },
      ],
      offers: OFFERS,
    };
  },
};

function titleOf(good: number, troubles: number): string {
  if (good === 0) return 'There is no good one yet.';
  return troubles > 0 ? 'They need a look.' : 'They are as they should be.';
}

function nextWords({ settings: { policy }, now }: Viewer, paused: ReadonlySet<string>): string {
  const entries = (policy?.schedule ?? []).filter(({ operation }) => ['nightly-backup', 'backup'].includes(operation));
  if (entries.length === 0) return 'none is scheduled';
  const coming = entries
    .filter(({ name }) => !paused.has(name))
    .flatMap((entry) => {
      const at = nextSlot(entry, now);
      return at ? [{ at, timeZone: entry.timeZone }] : [];
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  const [next] = coming;
  return next ? showTime(next.at, next.timeZone) : 'paused';
}
