import { AIRPORT_CODE } from '../domain/airport-code.ts';
import { UserError } from '../errors.ts';
import { Organisation } from '../models/organisation.ts';
import type { Context } from './service/operation.ts';

/** The organisation with this code. Throws UserError, with the one that was probably meant, when there is none. */
export async function findOrganisation(context: Context, typed: string): Promise<Organisation> {
  return findByCode(context, typed, Organisation.byCode);
}

/** Holds an organisation until the transaction ends. Throws UserError when somebody has removed it meanwhile. */
export async function hold(trx: Parameters<Organisation['lock']>[0], organisation: Organisation): Promise<void> {
  if (await organisation.lock(trx)) return;
  throw new UserError({
    argument: 'org',
    message: `${called(organisation)} was removed a moment ago. Nothing was changed.`,
  });
}

/** What `find` finds by the code. Throws UserError, with the code that was probably meant, when it finds nothing. */
export async function findByCode<T>(
  context: Context,
  typed: string,
  find: (platform: Context['databases']['platform'], code: string) => Promise<T | undefined>,
): Promise<T> {
  const { platform } = context.databases;
  const found = AIRPORT_CODE.test(typed) ? await find(platform, typed) : undefined;
  if (found) return found;
  const meant = await Organisation.nearest(platform, typed);
  const wrong = AIRPORT_CODE.test(typed)
    ? `There is no organisation ${typed}.`
    : `There is no organisation “${typed}”; organisations go by their IATA code, three letters such as LHR.`;
  if (!meant) throw new UserError({ argument: 'org', message: `${wrong} “orgs” lists those there are.` });
  throw new UserError({ argument: 'org', message: `${wrong} Did you mean ${meant.code}, ${meant.name}?` }, [
    { label: `Yes, ${meant.code}`, operation: context.operation.name, input: { ...context.raw, org: meant.code } },
  ]);
}

/** `LHR (London Heathrow)`. */
export function called({ code, name }: { code: string; name: string }): string {
  return `${code} (${name})`;
}
