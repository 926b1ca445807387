import { z } from 'zod';
import { SERVICES } from '../domain/health.ts';
import { limitsOf } from '../domain/health-limits.ts';
import type { HealthSettings } from '../ports.ts';
import { duration, keys } from './policy-values.ts';
import { watching, watchingOf } from './watching-schema.ts';

const TIMEOUT = 'how long a look may take, from 100ms to 30s, such as 3s';
const SLOW = 'from when on an answer is slow, from 1ms to 30s, such as 500ms';

const limits = {
  timeout: duration(TIMEOUT, { least: '100ms', most: '30s' }).optional(),
  slow: duration(SLOW, { least: '1ms', most: '30s' }).optional(),
};

const NAMES = SERVICES.join(', ');
const check = z.strictObject(limits, keys('timeout, slow'));
const checks = z.strictObject(
  Object.fromEntries(SERVICES.map((service) => [service, check.optional()])) as Record<
    (typeof SERVICES)[number],
    z.ZodOptional<typeof check>
  >,
  keys(NAMES),
);

/** The section `health` of capops.yml. */
export const healthSection = z
  .strictObject(
    { ...limits, checks: checks.default({}), ...watching },
    keys('timeout, slow, checks, channel, quiet_hours, maintenance'),
  )
  .superRefine((section, context) => {
    const health = healthOf(section);
    for (const service of SERVICES) {
      const { timeoutMs, slowMs } = limitsOf(service, { health });
      const own = section.checks[service];
      if (slowMs < timeoutMs || (own?.slow ?? section.slow) === undefined) continue;
      const path = own?.slow === undefined ? ['slow'] : ['checks', service, 'slow'];
      const message = `less than the time that ${service} is given, ${timeoutMs} ms`;
      context.addIssue({ code: 'custom', path, input: slowMs, message });
      return;
    }
  });

/** What the section comes to. */
export function healthOf(section: z.output<typeof healthSection> | undefined): HealthSettings {
  const { timeout, slow, checks: own = {} } = section ?? {};
  const entries = Object.entries(own).map(
    ([service, limit]) => [service, { timeoutMs: limit?.timeout, slowMs: limit?.slow }] as const,
  );
  return { timeoutMs: timeout, slowMs: slow, checks: Object.fromEntries(entries), ...watchingOf(section) };
}
