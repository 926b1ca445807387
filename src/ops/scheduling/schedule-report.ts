import { showTime } from '../../domain/end-date.ts';
import type { Report } from '../service/report.ts';
import type { SlotWork } from './schedule-work.ts';

/** A scheduled run's report, as the channel gets it. */
export function successReport(work: SlotWork, report: Report): Report {
  return { ...report, parts: [...(report.parts ?? []), { kind: 'note', text: dueWords(work) }] };
}

/** What the channel hears when no further try is made. */
export function failureReport(work: SlotWork, why: { readonly message: string; readonly reference?: string }): Report {
  const { entry, slot } = work;
  const tried = slot.attempts > 1 ? ` Tried ${slot.attempts} times.` : '';
  const reference = why.reference ? ` Reference ${why.reference}` : '';
  return {
    tone: 'attention',
    broken: true,
    title: `The scheduled operation ${entry.name} failed: ${why.message}`,
    parts: [{ kind: 'note', text: `${dueWords(work)}${tried}${reference}` }],
    offers: [{ label: 'Run it now', operation: 'run-schedule', input: { name: entry.name } }],
  };
}

function dueWords({ entry, slot }: SlotWork): string {
  return `From the schedule: ${entry.name}, due on ${showTime(slot.slot, entry.timeZone)}.`;
}
