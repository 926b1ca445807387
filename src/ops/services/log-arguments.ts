import { z } from 'zod';
import type { Moment } from '../../domain/moment.ts';
import { PAST_MOMENT_FORMS, readPastMoment, readTimeOfDay } from '../../domain/past-moment.ts';
import { durationOf } from '../../domain/short-duration.ts';
import * as arg from '../service/arguments.ts';
import type { Argument } from '../service/operation.ts';

const MOST_LINES = 2000;
const COUNT = `How many lines is a whole number from 1 to ${MOST_LINES.toLocaleString('en-GB')}.`;

/** How many of the newest lines. */
export const lineCount: Argument<number, false> & { readonly positional: true } = arg.positional({
  label: 'Lines',
  summary: `how many of the newest lines, from 1 to ${MOST_LINES.toLocaleString('en-GB')}; 100 without it`,
  example: '200',
  required: false,
  schema: () => z.coerce.number(COUNT).int(COUNT).min(1, COUNT).max(MOST_LINES, COUNT),
  widget: { kind: 'text', maxLength: 4 },
} as const);

const FORMS = `10m, 2h, 02:30, ${PAST_MOMENT_FORMS}`;
const SINCE_WORD =
  /^(\d[\w:-]*|ago|today|yesterday|m|min(ute)?s?|h|(hou)?rs?|hour|d|days?|w|weeks?|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*),?$/i;

/** Where to begin. */
export const logSince: Argument<Date, false> = {
  label: 'Since',
  summary: `where to begin: ${FORMS}`,
  example: '10m',
  required: false,
  takesWord: (word) => SINCE_WORD.test(word),
  schema: (moment) =>
    z.string().transform((text, ctx) => {
      const begin = beginOf(text, moment);
      if (begin) return begin;
      const message = `“${text}” is no time to look back to. Write it like one of these: ${FORMS}.`;
      ctx.addIssue({ code: 'custom', message });
      return z.NEVER;
    }),
  widget: { kind: 'text', maxLength: 40 },
};

function beginOf(text: string, moment: Moment): Date | undefined {
  const backMs = durationOf(text.replace(/\s+ago$/i, ''));
  if (backMs !== undefined) return new Date(moment.now.getTime() - backMs);
  return readTimeOfDay(text, moment) ?? readPastMoment(text, moment);
}

/** Characters, not a pattern. */
export const grep: Argument<string, false> = arg.optional(
  arg.words('Holding', 'only lines that hold these characters, in any case; several words in quotes', {
    maxLength: 200,
    example: 'timeout',
  }),
);
