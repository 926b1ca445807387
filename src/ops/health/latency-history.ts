import { type HealthFinding, SERVICES, type Service } from '../../domain/health.ts';
import { type PastCheck, recentLatency } from '../../models/health-check.ts';
import type { Ports } from '../../ports.ts';
import { aborted } from './within-limit.ts';

const CHECKS = 10;

/** How the last checks of each service went, newest first; empty where nobody watches, or the ledger does not answer in time. */
export type LatencyHistory = ReadonlyMap<Service, readonly PastCheck[]>;

export async function latencyHistory({ databases, log }: Ports, signal: AbortSignal): Promise<LatencyHistory> {
  const read = async (service: Service) => [service, await recentLatency(databases.ledger, service, CHECKS)] as const;
  try {
    return new Map(await Promise.race([Promise.all(SERVICES.map(read)), aborted(signal)]));
  } catch (error) {
    log.info({ err: error }, 'the history of health could not be read');
    return new Map();
  }
}

/** The finding with its history among its details. */
export function withHistory(finding: HealthFinding, history: LatencyHistory): HealthFinding {
  const past = history.get(finding.service) ?? [];
  if (!past.some(({ latencyMs }) => latencyMs !== undefined)) return finding;
  const times = past.map(({ latencyMs }) => (latencyMs === undefined ? 'none' : Math.max(1, Math.round(latencyMs))));
  const words = `${times.join(', ')} ms, newest first`;
  return { ...finding, details: [...(finding.details ?? []), ['Last answers', words]] };
}
