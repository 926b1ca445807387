import { z } from 'zod';
import { airportCodeFault } from '../../domain/airport-code.ts';
import { END_DATE_FORMS, EndDateError, isEndDateWord, readEndDate } from '../../domain/end-date.ts';
import { listWords, MODULE_KEYS, type ModuleKey, readModuleKeys } from '../../domain/module-keys.ts';
import { nearest } from '../../domain/nearest.ts';
import type { Argument } from './operation.ts';

// The arguments that operations share. Each message says what is wrong, what was found and what is allowed.

const text = z.union([z.string(), z.number().transform(String)], 'Expected text.');

/** Control characters, halves of signs, and what turns the direction of a line: they have no business in a record. */
const SHOWABLE = /^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u;

const typedOrganisation = text
  .transform((typed) => typed.trim())
  .pipe(
    z
      .string()
      .max(200, 'That is too long for an organisation’s code.')
      .regex(SHOWABLE, 'Organisation holds characters that cannot be shown.'),
  )
  .transform((typed) => (/^[a-z]{3}$/i.test(typed) ? typed.toUpperCase() : typed));

const code = text.transform((typed, ctx) => {
  // Only these 26 letters: others have them as capitals.
  const written = typed.trim().replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  const fault = airportCodeFault(written);
  if (!fault) return written;
  ctx.addIssue({ code: 'custom', message: fault });
  return z.NEVER;
});

/** An organisation that should exist, by its code in any case; a name passes too, so that the answer can say which code was meant. */
export const organisation: Argument<string, true> = {
  label: 'Organisation',
  summary: 'the airport’s IATA code, such as LHR',
  example: 'LHR',
  required: true,
  schema: () => typedOrganisation,
  widget: { kind: 'organisation' },
};

/** The code of an organisation that does not exist yet. */
export const newCode: Argument<string, true> = {
  ...organisation,
  label: 'IATA code',
  summary: 'three letters, such as LHR',
  schema: () => code,
  widget: { kind: 'text', maxLength: 3 },
};

const moduleKeys = z
  .union([text, z.array(z.string()).transform((keys) => keys.join(','))])
  .transform((typed, ctx): ModuleKey[] => {
    const { keys, unknown } = readModuleKeys(typed);
    const fault = moduleFault(keys, unknown);
    if (!fault) return keys;
    ctx.addIssue({ code: 'custom', message: fault });
    return z.NEVER;
  });

function moduleFault(keys: readonly ModuleKey[], unknown: readonly string[]): string | undefined {
  const allowed = `The modules are ${listWords(MODULE_KEYS)}, or “all”.`;
  const meant = unknown.length === 1 ? nearest(unknown[0] ?? '', [...MODULE_KEYS, 'all']) : undefined;
  if (unknown.length > 0) {
    const named = listWords(unknown.map((word) => `“${word}”`));
    return `There is no module ${named}. ${meant ? `Did you mean ${meant}? ` : ''}${allowed}`;
  }
  return keys.length === 0 ? `Name at least one module. ${allowed}` : undefined;
}

/** One module or several. */
export const modules: Argument<ModuleKey[], true> = {
  label: 'Modules',
  summary: `one or several of ${listWords(MODULE_KEYS)}, or “all”`,
  example: 'work,assets',
  required: true,
  takesWord: (word) => readModuleKeys(word).unknown.length === 0,
  keyword: 'modules',
  schema: () => moduleKeys,
  widget: { kind: 'modules' },
};

/** The last day of access, inclusive, in the configured zone; left out: no end. */
export const until: Argument<Date, false> = {
  label: 'Last day of access',
  summary: `the last day, inclusive: ${END_DATE_FORMS}; without it, access has no end`,
  example: '2030-12-31',
  required: false,
  takesWord: isEndDateWord,
  schema: (moment) =>
    text.transform((typed, ctx) => {
      try {
        return readEndDate(typed, moment);
      } catch (error) {
        if (!(error instanceof EndDateError)) throw error;
        ctx.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    }),
  widget: { kind: 'date' },
};

/** Words of the asker's own, refused where they cannot be shown. */
export function words(
  label: string,
  summary: string,
  { maxLength, example, multiline = false }: { maxLength: number; example: string; multiline?: boolean },
): Argument<string, true> {
  return {
    label,
    summary,
    example,
    required: true,
    schema: () =>
      text
        .transform((typed) => typed.trim().replaceAll(/\s+/g, ' '))
        .pipe(
          z
            .string()
            .min(1, `${label} is empty.`)
            .max(maxLength, `${label} is longer than ${maxLength} characters.`)
            .regex(SHOWABLE, `${label} holds characters that cannot be shown.`),
        ),
    widget: { kind: 'text', maxLength, multiline },
  };
}

/** Yes or no; left out: no. */
export function flag(label: string, summary: string, example: string): Argument<boolean, false> {
  const accepted = new Map<unknown, boolean>([
    [true, true],
    [false, false],
    ['true', true],
    ['yes', true],
    ['false', false],
    ['no', false],
  ]);
  return {
    label,
    summary,
    example,
    required: false,
    schema: () =>
      z.unknown().transform((typed, ctx) => {
        const value = accepted.get(typeof typed === 'string' ? typed.toLowerCase() : typed);
        if (value !== undefined) return value;
        ctx.addIssue({ code: 'custom', message: `${label} is yes or no.` });
        return z.NEVER;
      }),
    widget: { kind: 'flag' },
  };
}

/** The same argument, which may be left out. */
export function optional<T>(argument: Argument<T>): Argument<T, false> {
  return { ...argument, required: false };
}

/** The same argument, which bare words fill. */
export function positional<A extends Argument>(argument: A): A & { readonly positional: true } {
  return { ...argument, positional: true };
}

/** A path on this machine. */
export const path = z.string('Name one file.').min(1, 'Name one file.').max(1000, 'That is too long for a path.');
