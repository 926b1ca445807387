import type { Diagnosis, Step, StepState } from '../../domain/diagnosis.ts';
import type { Offer } from '../../errors.ts';
import type { Part, Reply, Report } from '../service/report.ts';

const MARKS: Readonly<Record<StepState, string>> = { ok: '✓', wrong: '✗', look: '!', note: '•', skipped: '–' };
const MOST_OFFERS = 4;

/** The cause first, then what to do, then a line a step; what somebody may want to know besides stands behind it. */
export function drawDiagnosis(
  { steps, isBroken, cause, by }: Diagnosis,
  isThere: (operation: string) => boolean,
): Report {
  const offers = offersOf(steps, by).filter(({ operation }) => isThere(operation));
  const thread = repliesOf(steps, by);
  return {
    tone: isBroken ? 'attention' : 'info',
    title: cause,
    ...(isBroken ? { broken: true } : {}),
    parts: [...whatNext(by), lines(steps), ...others(steps, by)],
    ...(offers.length > 0 ? { offers } : {}),
    ...(thread.length > 0 ? { thread } : {}),
  };
}

/** One line for each: `✓ Port: Open (2 ms)`. */
function lines(steps: readonly Step[]): Part {
  return {
    kind: 'list',
    marked: true,
    items: steps.map(({ state, label, says }) => `${MARKS[state]} ${label}: ${says}`),
  };
}

function whatNext(step: Step | undefined): Part[] {
  return [
    ...(step?.next === undefined ? [] : [{ kind: 'text', text: `What to do next: ${step.next}` } as const]),
    ...(step?.type ? [{ kind: 'list', items: step.type } as const] : []),
  ];
}

/** What to do about the other ones, in a line each. */
function others(steps: readonly Step[], by: Step | undefined): Part[] {
  const items = steps
    .filter((step) => step !== by && (step.state === 'wrong' || step.state === 'look'))
    .flatMap(({ label, next, type = [] }) => (next === undefined ? [] : [`${label}: ${[next, ...type].join(' ')}`]));
  return items.length === 0
    ? []
    : [
        { kind: 'text', text: 'Besides:' },
        { kind: 'list', items },
      ];
}

/** Those of the cause first. */
function offersOf(steps: readonly Step[], by: Step | undefined): Offer[] {
  const all = [...(by?.offers ?? []), ...steps.filter((step) => step !== by).flatMap(({ offers = [] }) => offers)];
  const once = new Map(all.map((offer) => [JSON.stringify([offer.operation, offer.input]), offer]));
  return [...once.values()].slice(0, MOST_OFFERS);
}

function repliesOf(steps: readonly Step[], by: Step | undefined): Reply[] {
  const told = steps.filter(({ state }) => state === 'wrong' || state === 'look');
  const sorted = [...told.filter((step) => step === by), ...told.filter((step) => step !== by)];
  return sorted.flatMap(({ details = [] }) =>
    details
      .filter(({ rows }) => rows.length > 0)
      .map(({ title, columns, rows }) => ({
        tone: 'info' as const,
        title,
        parts: [{ kind: 'table' as const, columns, rows }],
      })),
  );
}
