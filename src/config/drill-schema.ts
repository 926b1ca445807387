import { z } from 'zod';
import type { DrillCheck } from '../ports.ts';
import { keys } from './policy-values.ts';

const NAME = 'a few words, such as: Heathrow is there';
const SQL = 'one SELECT whose first value is true, such as: SELECT count(*) > 100 FROM public.organizations';

const check = z.strictObject(
  { name: z.string(NAME).min(1, NAME).max(100, NAME), sql: z.string(SQL).regex(/^\s*(select|with)\b/i, SQL) },
  keys('name, sql'),
);

/** What a restored backup has to answer to be proven. */
export const drillSection = z.strictObject(
  { checks: z.array(check, 'a list of checks, each with a name and sql').default([]) },
  keys('checks'),
);

export function drillChecksOf(section: z.infer<typeof drillSection> | undefined): readonly DrillCheck[] {
  return section?.checks ?? [];
}
