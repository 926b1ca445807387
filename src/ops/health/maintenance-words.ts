import { showTime } from '../../domain/end-date.ts';
import { LABELS, SERVICES, type Service } from '../../domain/health.ts';
import type { OpenMaintenance } from '../../domain/health-windows.ts';
import { listWords } from '../../domain/module-keys.ts';
import type { Part } from '../service/report.ts';

/** `API Gateway and Frontend`, `all services`. */
export function servicesWords(services: readonly string[] | null | undefined): string {
  if (!services) return 'all services';
  return listWords(services.map((name) => (isService(name) ? LABELS[name] : name)));
}

export function isService(name: string): name is Service {
  return (SERVICES as readonly string[]).includes(name);
}

/** A line for each: who is at work on what, until when, and why. */
export function maintenanceParts(windows: readonly OpenMaintenance[], timeZone: string): Part[] {
  if (windows.length === 0) return [];
  const items = windows.map(({ services, ends, reason, by, id }) => {
    const what = `Maintenance of ${servicesWords(services)} until ${showTime(ends, timeZone)}`;
    if (!id) return `${what}: ${reason}`;
    const whose = by ? `, announced by ${by}` : '';
    return `${what}${whose}, because ${reason}; “end-maintenance ${id.slice(0, 8)}” ends it`;
  });
  return [{ kind: 'list', items }];
}
