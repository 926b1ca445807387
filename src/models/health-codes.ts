import type { HealthFinding, Service } from '../domain/health.ts';

// What stands in the history for a service and a state. A number is never given anew.

export type Judged = Exclude<HealthFinding['state'], 'note'>;

const SERVICE_CODES: Readonly<Record<Service, number>> = {
  database: 1,
  gateway: 2,
  frontend: 3,
  redis: 4,
  slack: 5,
  offsite: 6,
  ledger: 7,
  backup: 8,
  disk: 9,
  migrations: 10,
};

const STATE_CODES: Readonly<Record<Judged, number>> = { healthy: 1, degraded: 2, unhealthy: 3 };

export const codeOfService = (service: Service): number => SERVICE_CODES[service];
export const codeOfState = (state: Judged): number => STATE_CODES[state];

const SERVICES = new Map(Object.entries(SERVICE_CODES).map(([name, code]) => [code, name as Service]));
const STATES = new Map(Object.entries(STATE_CODES).map(([name, code]) => [code, name as Judged]));

/** Undefined: a later version's. */
export const serviceOf = (code: number): Service | undefined => SERVICES.get(code);
export const stateOf = (code: number): Judged => STATES.get(code) ?? 'unhealthy';
