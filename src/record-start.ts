import { hostname } from 'node:os';
import { systemClock } from './adapters/clock.ts';
import type { Config } from './config.ts';
import { Start } from './models/start.ts';
import type { Databases, Processes } from './ports.ts';
import { version } from './version.ts';

/** Writes to the ledger that this process is there, under which version and policy file. Resolves with the start's id. */
export function recordStart(
  { settings, policyFile }: Config,
  { ledger }: Databases,
  { machine = null }: { readonly machine?: Processes['machine'] | null },
): Promise<string> {
  return Start.record(ledger, {
    startedAt: systemClock.now(),
    host: hostname(),
    pid: process.pid,
    machine,
    version,
    environment: settings.environment,
    policySha256: policyFile?.sha256 ?? null,
  });
}
