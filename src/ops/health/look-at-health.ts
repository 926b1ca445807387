import { judgeBackups, judgeDisk, judgeMigrations } from '../../domain/backup-health.ts';
import type { HealthFinding, Service } from '../../domain/health.ts';
import { limitsOf } from '../../domain/health-limits.ts';
import { judgePage } from '../../domain/http-health.ts';
import { judgeDatabase, judgeOffsite, judgeRedis, judgeSlack } from '../../domain/service-health.ts';
import type { Look, Ports, Probes } from '../../ports.ts';
import { latencyHistory, withHistory } from './latency-history.ts';
import { lookAtBackups } from './look-at-backups.ts';
import { withinLimit } from './within-limit.ts';

interface LookOptions {
  /** Looks up details, too. */
  readonly isVerbose: boolean;
  /** Ends it: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at everything at once, each within its own limit, and says what each look came to, in the order of `SERVICES`.
 * Works while any of it is down, the ledger too.
 */
export async function lookAtHealth(ports: Ports, { isVerbose, signal }: LookOptions): Promise<HealthFinding[]> {
  if (!ports.openProbes) throw new Error('this process was composed without probes');
  const probes = await ports.openProbes();
  const within = <T>(service: Service, look: (look: Look) => Promise<T>): Promise<T> => {
    const { timeoutMs } = limitsOf(service, ports.settings);
    return withinLimit(timeoutMs, signal, (own) => look({ signal: own, isVerbose }));
  };
  const reading = isVerbose ? within('ledger', (look) => latencyHistory(ports, look.signal)) : undefined;
  const findings = await Promise.all([...answers(ports, probes, within), ...stocks(ports, probes, within)]);
  const history = await reading;
  signal?.throwIfAborted();
  if (history) return findings.map((finding) => withHistory(finding, history));
  return findings.map(({ details: _, ...finding }) => finding);
}

type Within = <T>(service: Service, look: (look: Look) => Promise<T>) => Promise<T>;

/** Those that answer or do not. */
function answers({ settings, clock }: Ports, probes: Probes, within: Within): Promise<HealthFinding>[] {
  const judging = <S extends Service>(service: S) => ({
    service,
    limits: limitsOf(service, settings),
    now: clock.now(),
  });
  const page = async (service: 'gateway' | 'frontend') =>
    judgePage(judging(service), await within(service, probes[service]));
  const database = async (service: 'database' | 'ledger') =>
    judgeDatabase(judging(service), await within(service, probes[service]));
  return [
    database('database'),
    page('gateway'),
    page('frontend'),
    within('redis', probes.redis).then((sight) => judgeRedis(judging('redis'), sight)),
    within('slack', probes.slack).then((sight) => judgeSlack(judging('slack'), sight)),
    within('offsite', probes.offsite).then((sight) => judgeOffsite(judging('offsite'), sight)),
    database('ledger'),
  ];
}

/** What there is, and what is left of it. */
function stocks(ports: Ports, probes: Probes, within: Within): Promise<HealthFinding>[] {
  const { settings, clock } = ports;
  const moment = { now: clock.now(), timeZone: settings.timeZone };
  const looking = within('backup', ({ signal }) => lookAtBackups(ports, signal));
  const isUsed = settings.backups?.storage !== 'offsite';
  return [
    looking.then((backups) => judgeBackups(backups, moment)),
    within('disk', probes.disk).then(async (sight) => judgeDisk(sight, { backups: await looking, isUsed })),
    within('migrations', probes.migrations).then(judgeMigrations),
  ];
}
