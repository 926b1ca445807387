import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { databaseUrlFault, POSTGRES_URL_FORM } from './database-url.ts';
import { type Checked, fault, show, showSecret } from './faults.ts';

type Variables = Readonly<Record<string, string | undefined>>;

// Every message says what is allowed; what was found is put before it.
const postgresUrl = z.string(POSTGRES_URL_FORM).superRefine((url, context) => {
  const message = databaseUrlFault(url);
  if (message) context.addIssue({ code: 'custom', message });
});

const environmentSchema = z.object({
  DATABASE_URL: postgresUrl,
  LEDGER_DATABASE_URL: postgresUrl.optional(),
  DRILL_DATABASE_URL: postgresUrl.optional(),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, 'redis://HOST:6379, rediss:// for TLS, with USER:PASSWORD@ before the host where it has one')
    .optional(),
  CAPOPS_STATE_DIR: z.string().default('state'),
  CAPOPS_WORKER: z.enum(['here', 'elsewhere'], 'here or elsewhere').default('here'),
  CAPOPS_CONCURRENCY: z
    .string()
    .regex(/^([1-9]|1[0-6])$/, 'a whole number from 1 to 16')
    .default('2')
    .transform(Number),
  CAPOPS_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], 'debug, info, warn, error or silent')
    .default('info'),
});

/** The variables that stand alone; Slack's belong together and are read in `slack.ts`. */
export type Environment = z.infer<typeof environmentSchema>;

const SECRET = new Set(['DATABASE_URL', 'LEDGER_DATABASE_URL', 'DRILL_DATABASE_URL', 'REDIS_URL']);

/** Checks the variables. `variables` are all that are set: the environment's, then those of `.env`; empty ones are not. */
export function readEnvironment(source: { env: Variables; folder: string }): Checked<Environment> & {
  variables: Variables;
} {
  const dotEnv = readDotEnv(join(source.folder, '.env'));
  const variables = { ...setOnes(dotEnv.value ?? {}), ...setOnes(source.env) };
  const parsed = environmentSchema.safeParse(variables);
  if (parsed.success && dotEnv.value) return { variables, value: parsed.data, faults: [] };
  const faults = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    const value = variables[name];
    return fault(name, SECRET.has(name) ? showSecret(value) : show(value), issue.message);
  });
  return { variables, value: undefined, faults: [...dotEnv.faults, ...faults] };
}

function readDotEnv(path: string): Checked<Variables> {
  try {
    return { value: parseEnv(readFileSync(path, 'utf8')), faults: [] };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { value: {}, faults: [] };
    return { value: undefined, faults: [`${path} cannot be read: ${(error as Error).message}.`] };
  }
}

function setOnes(variables: Variables): Variables {
  const trimmed = Object.entries(variables).map(([name, value]) => [name, value?.trim()] as const);
  return Object.fromEntries(trimmed.filter(([, value]) => value));
}

function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== '';
}
