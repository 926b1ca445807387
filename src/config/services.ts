import { z } from 'zod';
import { type Checked, fault, showSecret } from './faults.ts';

/** Where the platform's own services are; each undefined where its variable is not set. */
export interface Services {
  readonly gatewayUrl: string | undefined;
  readonly frontendUrl: string | undefined;
}

// The message says what is allowed; what was found is put before it.
const ADDRESS = 'an address such as https://capacity.example.com, without a user, a query and a fragment in it';
const address = z.string().refine(isAddress, ADDRESS).optional();

const servicesSchema = z.object({ API_GATEWAY_URL: address, FRONTEND_URL: address });

/** Checks the variables that say where the platform's services are. */
export function readServices(variables: Readonly<Record<string, string | undefined>>): Checked<Services> {
  const { success, data, error } = servicesSchema.safeParse(variables);
  if (success) {
    return { value: { gatewayUrl: data.API_GATEWAY_URL, frontendUrl: data.FRONTEND_URL }, faults: [] };
  }
  const faults = error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return fault(name, showSecret(variables[name]), message);
  });
  return { value: undefined, faults };
}

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.search || url.hash) return false;
  return /^https?:$/.test(url.protocol) && url.hostname !== '';
}
