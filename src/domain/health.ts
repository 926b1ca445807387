/** What CapOps looks at. */
export const SERVICES = [
  'database',
  'gateway',
  'frontend',
  'redis',
  'slack',
  'offsite',
  'ledger',
  'backup',
  'disk',
  'migrations',
] as const;

export type Service = (typeof SERVICES)[number];

/** As the runbook's people know them. */
export const LABELS: Readonly<Record<Service, string>> = {
  database: 'Database',
  gateway: 'API Gateway',
  frontend: 'Frontend',
  redis: 'Redis',
  slack: 'Slack',
  offsite: 'Off-site storage',
  ledger: 'Ledger',
  backup: 'Newest backup',
  disk: 'Disk space for backups',
  migrations: 'Migrations',
};

/** `note`: nothing to judge: not configured, or still to come. It changes no verdict. */
export type HealthState = 'healthy' | 'degraded' | 'unhealthy' | 'note';

/** What one look at one service came to. */
export interface HealthFinding {
  readonly service: Service;
  /** As the runbook calls it: `API Gateway`. */
  readonly label: string;
  readonly state: HealthState;
  /** Behind the label: `Connected (3 ms)`. No address, no secret. */
  readonly says: string;
  /** How long it took to answer; absent where nothing answered. */
  readonly latencyMs?: number;
  /** What somebody would do now: a sentence of the runbook. */
  readonly next?: string;
  /** Only looked up when all is asked for. */
  readonly details?: readonly (readonly [label: string, value: string])[];
}

/** The worst of all; notes do not count. */
export function overallState(findings: readonly Pick<HealthFinding, 'state'>[]): 'healthy' | 'degraded' | 'unhealthy' {
  const states = new Set(findings.map(({ state }) => state));
  if (states.has('unhealthy')) return 'unhealthy';
  return states.has('degraded') ? 'degraded' : 'healthy';
}

/** One sentence on all of it: `All systems operational`, `Not operational: Redis.` */
export function overallWords(findings: readonly Pick<HealthFinding, 'state' | 'label'>[]): string {
  const [down, ailing] = [labelsOf(findings, 'unhealthy'), labelsOf(findings, 'degraded')];
  if (down !== '') return `Not operational: ${down}.${ailing === '' ? '' : ` Degraded: ${ailing}.`}`;
  return ailing === '' ? 'All systems operational' : `Operational. Degraded: ${ailing}.`;
}

function labelsOf(findings: readonly Pick<HealthFinding, 'state' | 'label'>[], wanted: HealthState): string {
  return findings.flatMap(({ state, label }) => (state === wanted ? [label] : [])).join(', ');
}
