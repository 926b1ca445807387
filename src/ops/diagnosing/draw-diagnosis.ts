import type { Diagnosis, Step, StepState } from '../../domain/diagnosis.ts';
import type { Offer } from '../../errors.ts';
import type { Part, Reply, Report } from '../service/report.ts';

const MARKS: Readonly<Record<StepState, string>> = { ok: '✓', wrong: '✗', look: '!', note: '•', skipped: '–' };
const AGAIN: Offer = { label: 'Look again', operation: 'diagnose', input: {} };

/** The cause first, then what to do, then a line a step; what somebody may want to know besides stands behind it. */
export function drawDiagnosis(
  { steps, isBroken, cause, by }: Diagnosis,
  isThere: (operation: string) => boolean,
): Report {
  const offers = [...(by?.offers ?? []), AGAIN].filter(({ operation }) => isThere(operation));
  const thread = repliesOf(steps, by);
  return {
    tone: isBroken ? 'attention' : 'info',
    title: cause,
    ...(isBroken ? { broken: true } : {}),
    parts: [...whatNext(by), lines(steps), ...others(steps, by)],
    offers,
    ...(thread.length > 0 ? { thread } : {}),
  };
}

/** One line for each: `✓ Port: Open (2 ms)`; those that were not looked at for the same reason share one. */
function lines(steps: readonly Step[]): Part {
  const rows = steps.flatMap((step) => (step.state === 'skipped' ? sharedLine(step, steps) : [lineOf(step)]));
  return { kind: 'list', marked: true, items: [...new Set(rows)] };
}

function lineOf({ state, label, says }: Pick<Step, 'state' | 'label' | 'says'>): string {
  return `${MARKS[state]} ${label}: ${says}`;
}

function sharedLine({ says }: Step, steps: readonly Step[]): string[] {
  const alike = steps.filter((step) => step.state === 'skipped' && step.says === says);
  return [lineOf({ state: 'skipped', label: alike.map(({ label }) => label).join(', '), says })];
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
