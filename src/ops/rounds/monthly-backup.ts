import { showDate } from '../../domain/end-date.ts';
import { listWords } from '../../domain/module-keys.ts';
import { beginOfLastMonth, beginOfMonth } from '../../domain/past-moment.ts';
import { lastNightlyBetween } from '../../models/backup-summary.ts';
import { withLedger } from '../service/with-ledger.ts';
import type { DigestSection, Subject } from './digest-section.ts';

/** The backup that stays for last month. */
export const monthlyBackup: Subject = {
  name: 'the backup of last month',
  async look({ databases: { ledger } }, { now, timeZone }): Promise<DigestSection> {
    const [from, until] = [beginOfLastMonth({ now, timeZone }), beginOfMonth({ now, timeZone })];
    const { last, isFirst } = await withLedger(() => lastNightlyBetween(ledger, { from, until }));
    const month = from.toLocaleDateString('en-GB', { timeZone, month: 'long', year: 'numeric' });
    if (last) {
      const title = `The backup of ${month} is that of ${showDate(last.takenAt, timeZone)}, in ${listWords(last.storages)}.`;
      return { needs: [], report: { tone: 'info', title } };
    }
    if (isFirst) return { needs: [], report: { tone: 'info', title: `There were no backups yet in ${month}.` } };
    const title = `There is no good backup of ${month}.`;
    return { needs: [title], report: { tone: 'attention', title } };
  },
};
