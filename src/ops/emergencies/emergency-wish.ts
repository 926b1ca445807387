import { z } from 'zod';
import { DEFAULT_HOURS, isAllowedHours, MOST_HOURS, readWish } from '../../domain/emergency.ts';
import * as arg from '../service/arguments.ts';
import type { Argument } from '../service/operation.ts';

const LEAST_REASON = 10;
const HOURS = `Give from 1 to ${MOST_HOURS} hours.`;

const words = arg.words(
  'Reason',
  `why; at least ${LEAST_REASON} characters, since everybody reads it. “for 6h” says for how long`,
  {
    maxLength: 500,
    example: 'nobody can log in',
    multiline: true,
  },
);

const reason: Argument<string, true> & { readonly positional: true } = {
  ...words,
  positional: true,
  takesWord: () => true,
  schema: (moment) =>
    words
      .schema(moment)
      .refine((typed) => readWish(typed).why.length >= LEAST_REASON, {
        error: `Say why in ${LEAST_REASON} characters or more: everybody reads it, now and afterwards.`,
      })
      .refine((typed) => isAllowedHours(readWish(typed).hours ?? DEFAULT_HOURS), { error: HOURS }),
};

const hours: Argument<number, false> = {
  label: 'Hours',
  summary: `for how many hours, from 1 to ${MOST_HOURS}; ${DEFAULT_HOURS} without it`,
  example: String(DEFAULT_HOURS),
  required: false,
  onlyDashed: true,
  schema: () =>
    z
      .union([z.number(), z.string().transform((typed) => Number(typed.trim().replace(/\s*h(ours?)?$/i, '')))], HOURS)
      .refine(isAllowedHours, { error: HOURS }),
  widget: { kind: 'text', maxLength: 8 },
};

/** Why, and for how long, as it was typed. */
export interface EmergencyWish {
  readonly reason: string;
  readonly hours?: number | undefined;
}

export const wishArguments = { reason, hours };

export function wishOf({ reason: typed, hours: given }: EmergencyWish): { why: string; hours: number } {
  const { why, hours: inWords } = readWish(typed);
  return { why, hours: given ?? inWords ?? DEFAULT_HOURS };
}
