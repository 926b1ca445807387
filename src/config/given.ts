import { join, resolve } from 'node:path';
import { decoded, foreignSecrets, passwordsIn } from './foreign-secrets.ts';

/** What was set, to be told to others, and what of it nobody may be told. */
export interface Given {
  /** Every setting there is with what it is set to, in the order of .env.example; secrets only as set or not. */
  readonly settings: readonly (readonly [name: string, shown: string])[];
  /** Every value that must not be seen by anybody, as it was given and without its encoding. */
  readonly secrets: readonly string[];
  /** Whole paths of files whose content is secret. */
  readonly secretFiles: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** `address`: holds a user and a password at most; `secret address`: whoever has it may use it. */
type Kind = 'plain' | 'address' | 'secret' | 'secret address' | 'secret file';

const KINDS: Readonly<Record<string, Kind>> = {
  ...{ DATABASE_URL: 'address', LEDGER_DATABASE_URL: 'address', REDIS_URL: 'address' },
  ...{ API_GATEWAY_URL: 'address', FRONTEND_URL: 'address' },
  ...{ SLACK_BOT_TOKEN: 'secret', SLACK_APP_TOKEN: 'secret', SLACK_SIGNING_SECRET: 'secret' },
  ...{ PORT: 'plain', HOST: 'plain', SLACK_API_URL: 'address' },
  ...{ CAPOPS_FOLDER: 'plain', CAPOPS_CONFIG: 'plain', CAPOPS_STATE_DIR: 'plain', CAPOPS_WORKER: 'plain' },
  ...{ CAPOPS_CONCURRENCY: 'plain', CAPOPS_LOG_LEVEL: 'plain', PG_BIN: 'plain', BACKUP_DIR: 'plain' },
  ...{ AGE_IDENTITY_FILE: 'secret file', DRILL_DATABASE_URL: 'address' },
  ...{ S3_BUCKET: 'plain', S3_ENDPOINT: 'address', S3_REGION: 'plain', S3_PREFIX: 'plain' },
  ...{ S3_FORCE_PATH_STYLE: 'plain', AWS_ACCESS_KEY_ID: 'secret', AWS_SECRET_ACCESS_KEY: 'secret' },
  ...{ AWS_SESSION_TOKEN: 'secret', S3_PRUNE_ACCESS_KEY_ID: 'secret', S3_PRUNE_SECRET_ACCESS_KEY: 'secret' },
  ...{ S3_STORAGE_CLASS: 'plain', S3_SSE: 'plain', S3_SSE_KMS_KEY_ID: 'secret', S3_OBJECT_LOCK: 'plain' },
  ...{ S3_MAX_PARTS: 'plain', S3_CHECKSUMS: 'plain' },
  ...{ DOCKER_HOST: 'address', DOCKER_TLS_VERIFY: 'plain', DOCKER_CERT_PATH: 'plain' },
  ...{ HEALTH_PORT: 'plain', HEALTH_HOST: 'plain' },
  ...{ HEARTBEAT_URL: 'secret address', PAGING_WEBHOOK_URL: 'secret address' },
};

/** Shorter parts of an address say nothing. */
const LEAST_SECRET = 6;
/** A part of a secret address that others could not guess: long, or with digits in it. */
const UNGUESSABLE = /^(?=.*\d).{8,}$|^.{16,}$/;

/** Tells what is set from what is secret. `variables` are all that are set, ours or not. */
export function givenBy(variables: Variables, folder: string): Given {
  const set = Object.entries(variables).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  return {
    settings: Object.keys(KINDS).map((name) => [name, shown(KINDS[name] ?? 'plain', variables[name])]),
    secrets: [...new Set(set.flatMap(([name, value]) => secretsIn(name, value)))],
    secretFiles: set.flatMap(([name, value]) => secretFilesIn(name, value)).map((path) => resolve(folder, path)),
  };
}

function shown(kind: Kind, value: string | undefined): string {
  if (!value) return 'not set';
  if (kind === 'plain') return value;
  if (kind !== 'address') return 'set';
  const url = URL.parse(value);
  if (!url) return 'set';
  const options = [...url.searchParams].filter(([name]) => /^(sslmode|host|port)$/.test(name));
  const query = options.map(([name, is]) => `${name}=${is}`).join('&');
  return `${url.protocol}//${url.host}${url.pathname}${query ? `?${query}` : ''}`;
}

function secretsIn(name: string, value: string): string[] {
  switch (KINDS[name]) {
    case 'secret':
      return [value];
    case 'secret address':
      return [value, ...partsOf(value)];
    case 'address':
      return passwordsIn(value);
    case undefined:
      return foreignSecrets(name, value);
    default:
      return [];
  }
}

function partsOf(address: string): string[] {
  const url = URL.parse(address);
  if (!url) return [];
  const rest = `${url.pathname}${url.search}`;
  const parts = url.pathname.split('/').filter((part) => UNGUESSABLE.test(part));
  const values = [...url.searchParams.values()].filter((value) => value.length >= LEAST_SECRET);
  const all = [...(rest.length >= LEAST_SECRET ? [rest] : []), ...parts, ...values];
  return [...all, ...all.map(decoded)];
}

function secretFilesIn(name: string, value: string): string[] {
  if (KINDS[name] === 'secret file') return [value];
  if (name === 'DOCKER_CERT_PATH') return [join(value, 'key.pem')];
  const key = KINDS[name] === 'address' ? URL.parse(value)?.searchParams.get('sslkey') : undefined;
  return key ? [key] : [];
}
