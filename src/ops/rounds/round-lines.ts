import { ageWords } from '../../domain/age-words.ts';
import { showTime } from '../../domain/end-date.ts';
import { isTooLate, lastSlot, nextSlot } from '../../domain/schedule-slots.ts';
import { lastSlots } from '../../models/schedule-history.ts';
import type { Ports, ScheduleEntry } from '../../ports.ts';
import { withLedger } from '../service/with-ledger.ts';
import { lookAtAll, type Span } from './digest-section.ts';
import type { RoundPart } from './round-parts.ts';

/** A line of the checklist as it stands. */
export interface RoundLine {
  readonly words: string;
  /** `person`: somebody has to do it, or to look. */
  readonly state: 'done' | 'still to come' | 'person';
  readonly says: string;
  /** What would do it now. */
  readonly operation?: string | undefined;
}

type Slots = Awaited<ReturnType<typeof lastSlots>>;

/** The checklist with what is done ticked. Rejects when the ledger does not answer. */
export async function roundLines(ports: Ports, parts: readonly RoundPart[], span: Span): Promise<RoundLine[]> {
  const entries = ports.settings.policy?.schedule ?? [];
  const names = entries.map(({ name }) => name);
  const slots = await withLedger(() => lastSlots(ports.databases.ledger, names, { before: span.now }));
  return Promise.all(parts.map((part) => lineOf(ports, part, { ...span, entries, slots })));
}

async function lineOf(
  ports: Ports,
  part: RoundPart,
  facts: Span & { readonly entries: readonly ScheduleEntry[]; readonly slots: Slots },
): Promise<RoundLine> {
  const { words } = part;
  if ('byHand' in part) return { words, state: 'person', says: part.byHand };
  if ('operation' in part) return scheduledLine(part, facts);
  const [section] = await lookAtAll(ports, [part.subject], facts);
  const needs = section?.needs ?? [];
  if (needs.length > 0) return { words, state: 'person', says: needs.join(' ') };
  return { words, state: section?.unseen ?? 'done', says: section?.report.title ?? '' };
}

function scheduledLine(
  { words, operation }: Extract<RoundPart, { operation: string }>,
  { entries, slots, now, timeZone }: Span & { entries: readonly ScheduleEntry[]; slots: Slots },
): RoundLine {
  const entry = entries.find((one) => one.operation === operation);
  if (!entry) return { words, state: 'person', says: 'It is not scheduled.', operation };
  const last = slots.get(entry.name);
  const next = nextSlot(entry, now);
  const comes = next ? `Comes on ${showTime(next, timeZone)}.` : '';
  if (!last) return { words, state: 'still to come', says: comes };
  if (last.state === 'failed') {
    return { words, state: 'person', says: `It failed on ${showTime(last.slot, timeZone)}. ${comes}`, operation };
  }
  const due = lastSlot(entry, now);
  if (!due || last.slot >= due) {
    return { words, state: 'done', says: `Done ${ageWords(last.slot, now)} ago, by the schedule.` };
  }
  if (!isTooLate(entry, { slot: due, now })) return { words, state: 'still to come', says: 'It is due now.' };
  const missed = `It was due on ${showTime(due, timeZone)} and was not run. ${comes}`;
  return { words, state: 'person', says: missed, operation };
}
