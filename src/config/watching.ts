import { z } from 'zod';
import { type Checked, fault, show, showSecret } from './faults.ts';

/** How CapOps is watched from outside. Each part is off where its variable is not set. */
export interface Watching {
  /** Where /healthz, /readyz and /metrics are served. */
  readonly health: { readonly port: number; readonly host: string } | undefined;
  /** Asked every minute while CapOps can serve. A secret. */
  readonly heartbeatUrl: string | undefined;
  /** Told what must wake somebody. A secret. */
  readonly pagingUrl: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

// Every message says what is allowed; what was found is put before it.
const PORT_RANGE = 'a whole number from 0 (any free one) to 65535';
const SAFE_URL = 'an address that begins with https://, or with http:// on this machine, without a user in it';
const safeUrl = z.string().refine(isSafe, SAFE_URL).optional();

const watchingSchema = z.object({
  HEALTH_PORT: z
    .string()
    .regex(/^\d{1,5}$/, PORT_RANGE)
    .transform(Number)
    .refine((port) => port <= 65_535, PORT_RANGE)
    .optional(),
  HEALTH_HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'a host’s name or address, such as 127.0.0.1')
    .default('127.0.0.1'),
  HEARTBEAT_URL: safeUrl,
  PAGING_WEBHOOK_URL: safeUrl,
});

/** Checks the variables by which CapOps is watched. */
export function readWatching(variables: Variables): Checked<Watching> {
  const { success, data, error } = watchingSchema.safeParse(variables);
  if (!success) return { value: undefined, faults: error.issues.map((issue) => faultOf(issue, variables)) };
  const { HEALTH_PORT: port, HEALTH_HOST: host, HEARTBEAT_URL, PAGING_WEBHOOK_URL } = data;
  const health = port === undefined ? undefined : { port, host };
  return { value: { health, heartbeatUrl: HEARTBEAT_URL, pagingUrl: PAGING_WEBHOOK_URL }, faults: [] };
}

function faultOf(issue: z.core.$ZodIssue, variables: Variables): string {
  const name = String(issue.path[0]);
  const value = variables[name];
  return fault(name, name.endsWith('_URL') ? showSecret(value) : show(value), issue.message);
}

/** Whoever has such an address may use it, so it travels encrypted or not at all. */
function isSafe(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password) return false;
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}
