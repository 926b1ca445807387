import { onTestFinished } from 'vitest';
import { openProbes } from '../../src/adapters/probes.ts';
import type { Look, Probes } from '../../src/ports.ts';

type Given = Parameters<typeof openProbes>[0];

/** What is logged, as text. */
export const logged: string[] = [];
const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log = { debug: note, info: note, warn: note, error: note };

/** Probes for what is given; everything else is not configured. */
export function probes(given: Partial<Given>): Promise<Probes> {
  const nowhere = 'postgresql://nobody@127.0.0.1:1/nothing';
  const services = { gatewayUrl: undefined, frontendUrl: undefined };
  const config: Given = {
    databaseUrl: nowhere,
    ledgerDatabaseUrl: nowhere,
    ledgerIsDerived: true,
    redisUrl: undefined,
    slack: undefined,
    services,
    backups: { folder: '/', offsite: undefined },
    ...given,
  };
  return openProbes(config, { log });
}

/** A look that may take so long; its time is over with the test in any case. */
export function look(limitMs = 5000, isVerbose = false): Look {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limitMs);
  onTestFinished(() => clearTimeout(timer));
  return { signal: late.signal, isVerbose };
}
