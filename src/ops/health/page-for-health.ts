import { isCovered, type OpenMaintenance } from '../../domain/health-windows.ts';
import type { Pager } from '../../ports.ts';
import type { Memory } from './ledger-rounds.ts';

const PAGED = ['gateway', 'frontend'] as const;

/**
 * Wakes somebody for what people use and is down, and says when it is over. Each CapOps pages for itself. The databases are
 * paged for by CapOps' watch over itself: while the platform's is down, what stands on it is no other trouble.
 */
export function pageForHealth(
  pager: Pager | undefined,
  { watched, findings }: Pick<Memory, 'watched' | 'findings'>,
  windows: readonly OpenMaintenance[],
): void {
  for (const service of PAGED) {
    const found = findings.find((finding) => finding.service === service);
    const label = found?.label ?? service;
    if (watched[service]?.settled !== 'unhealthy') pager?.over(service, `${label} is no longer down.`);
    else if (watched.database?.last !== 'unhealthy' && !isCovered(windows, service)) {
      pager?.wake(service, `${label} is down${found?.state === 'unhealthy' ? `: ${found.says}` : ''}`);
    }
  }
}
