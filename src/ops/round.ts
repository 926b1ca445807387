import { z } from 'zod';
import { counted } from '../domain/counted.ts';
import { type RoundLine, roundLines } from './rounds/round-lines.ts';
import { CHECKLISTS, ROUNDS, type Round } from './rounds/round-parts.ts';
import { type Argument, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

const DAY_MS = 86_400_000;
const DAYS: Readonly<Record<Round, number>> = { daily: 1, weekly: 7, monthly: 31 };
const NAMES: Readonly<Record<Round, string>> = { daily: 'Today’s', weekly: 'This week’s', monthly: 'This month’s' };
const MARKS: Readonly<Record<RoundLine['state'], string>> = { done: '✓', 'still to come': '…', person: '☐' };

interface Checklist {
  readonly round: Round;
  readonly lines: readonly RoundLine[];
}

const which: Argument<Round, true> = {
  label: 'Round',
  summary: 'daily, weekly or monthly',
  example: 'daily',
  required: true,
  schema: () => z.enum(ROUNDS, 'The rounds are daily, weekly and monthly.'),
  widget: { kind: 'none' },
};

export const round = defineOperation({
  name: 'round',
  verb: 'round',
  summary: 'Show the runbook’s daily, weekly or monthly round: what is done, what is left for a person',
  role: 'viewer',
  effect: 'reads',
  evenWhenDown: true,
  example: 'round daily',
  args: { which: { ...which, positional: true } },

  async run(context, { which: chosen }): Promise<Checklist> {
    const { now, timeZone } = context.moment;
    const span = { since: new Date(now.getTime() - DAYS[chosen] * DAY_MS), now, timeZone };
    return { round: chosen, lines: await roundLines(context, CHECKLISTS[chosen], span) };
  },

  report: ({ round: chosen, lines }, { service }): Report => {
    const left = lines.filter(({ state }) => state === 'person');
    const done = lines.filter(({ state }) => state === 'done').length;
    const rest = left.length > 0 ? `${counted(left.length, 'line')} left for a person` : 'nothing is left for a person';
    return {
      tone: left.length > 0 ? 'attention' : 'info',
      title: `${NAMES[chosen]} round: ${done} of ${lines.length} done, ${rest}.`,
      parts: [
        {
          kind: 'list',
          items: lines.map(({ words, state, says }) => `${MARKS[state]} ${words}: ${says}`),
          marked: true,
        },
      ],
      offers: left.flatMap(({ operation: name, words }) => {
        const operation = name === undefined ? undefined : service.find(name);
        return operation ? [{ label: words, operation: operation.name, input: {} }] : [];
      }),
    };
  },

  json: ({ round: chosen, lines }) => ({ round: chosen, lines }),
});
