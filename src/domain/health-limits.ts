import type { Settings } from '../ports.ts';
import type { Service } from './health.ts';

/** How long one look may take, and from when on an answer is slow, in ms. */
export interface Limits {
  readonly timeoutMs: number;
  readonly slowMs: number;
}

export const DEFAULT_LIMITS: Limits = { timeoutMs: 3000, slowMs: 1000 };

/** What answers in no time when all is well. */
const OWN_SLOW_MS: Readonly<Partial<Record<Service, number>>> = { database: 500, ledger: 500, redis: 500 };

/** A service's own in capops.yml, then what is usual for it, then what the file says for all. */
export function limitsOf(service: Service, { health }: Pick<Settings, 'health'>): Limits {
  const own = health?.checks[service];
  return {
    timeoutMs: own?.timeoutMs ?? health?.timeoutMs ?? DEFAULT_LIMITS.timeoutMs,
    slowMs: own?.slowMs ?? OWN_SLOW_MS[service] ?? health?.slowMs ?? DEFAULT_LIMITS.slowMs,
  };
}
