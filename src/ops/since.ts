import { z } from 'zod';
import { AIRPORT_CODE } from '../domain/airport-code.ts';
import { PAST_MOMENT_FORMS, readPastMoment } from '../domain/past-moment.ts';
import type { Argument } from './service/operation.ts';

/** Where a look back begins. */
export const since: Argument<Date, false> = {
  label: 'Since',
  summary: `where to begin: ${PAST_MOMENT_FORMS}`,
  example: '7 days',
  required: false,
  takesWord: (word) => /^[\w-]+,?$/.test(word) && !AIRPORT_CODE.test(word),
  schema: (moment) =>
    z.string().transform((text, ctx) => {
      const begin = readPastMoment(text, moment);
      if (begin) return begin;
      ctx.addIssue({
        code: 'custom',
        message: `“${text}” is no time to look back to. Write it like one of these: ${PAST_MOMENT_FORMS}.`,
      });
      return z.NEVER;
    }),
  widget: { kind: 'none' },
};
