import { destination, pino, stdTimeFunctions } from 'pino';
import type { Config } from '../config.ts';
import type { Log } from '../ports.ts';

export interface LogOptions {
  readonly level: Config['logLevel'];
  /** The terminal's answers are on stdout, so its log goes to stderr. By default stdout. */
  readonly to?: 'stdout' | 'stderr';
}

// Slack's tokens, the password in an address, and Slack's addresses that whoever has them may post to.
const SECRETS = [
  /\bxox[a-z]-[\w-]+/g,
  /\bxapp-[\w-]+/g,
  /(?<=:\/\/[^\s/:@"\\]*:)[^\s/"\\]+(?=@)/g,
  /(?<=\/\/hooks\.slack\.com\/)[^\s"\\]+/g,
];

/** A log of one JSON line an event. What has the shape of a secret is left out, wherever in the line it stands. */
export function openLog({ level, to = 'stdout' }: LogOptions): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: withoutSecrets },
    },
    destination({ dest: to === 'stdout' ? 1 : 2, sync: true }),
  );
}

function withoutSecrets(line: string): string {
  return SECRETS.reduce((text, secret) => text.replace(secret, '[secret]'), line);
}
