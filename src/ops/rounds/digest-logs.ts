import { counted } from '../../domain/counted.ts';
import { type LogSummary, summariseLogs } from '../logs/summarise-logs.ts';
import type { Part } from '../service/report.ts';
import type { DigestSection, Subject } from './digest-section.ts';

const KINDS = 5;

/** Then somebody has to look at them elsewhere. */
const UNNAMED: DigestSection = {
  needs: [],
  unseen: 'person',
  report: { tone: 'info', title: 'capops.yml names no logs to look at.' },
};

/** What went wrong by the logs that capops.yml names. */
export const errorLogs: Subject = {
  name: 'the error logs',
  async look(ports, { since }): Promise<DigestSection> {
    const logs = await summariseLogs(ports, since);
    if (logs.length === 0) return UNNAMED;
    const total = logs.reduce((sum, log) => sum + log.total, 0);
    const unreadable = logs.flatMap(({ name, unreadable: why }) =>
      why ? [`The log of ${name} cannot be read: ${why}`] : [],
    );
    const title = total === 0 ? 'No errors in the logs.' : `${counted(total, 'error')} in the logs.`;
    return {
      needs: [...(total > 0 ? [title] : []), ...unreadable],
      report: { tone: total + unreadable.length > 0 ? 'attention' : 'info', title, parts: logs.flatMap(partsOf) },
    };
  },
};

function partsOf({ name, total, kinds, isPartial, undated, unreadable }: LogSummary): Part[] {
  if (unreadable) return [{ kind: 'text', text: `${name}: ${unreadable}` }];
  const notes = [
    ...(isPartial ? ['There was more than could be read; the oldest is left out.'] : []),
    ...(undated > 0 ? [`${counted(undated, 'error')} bear no time, and may be older.`] : []),
    ...(kinds.length > KINDS ? [`… and ${counted(kinds.length - KINDS, 'kind')} more`] : []),
  ];
  return [
    { kind: 'text', text: `${name}: ${total === 0 ? 'no errors' : counted(total, 'error')}` },
    {
      kind: 'list',
      items: kinds.slice(0, KINDS).map(({ count, newest }) => `${count.toLocaleString('en-GB')} × ${newest}`),
    },
    ...notes.map((text): Part => ({ kind: 'note', text })),
  ];
}
