import type { HealthSettings, Settings } from '../../ports.ts';
import type { BundlePart } from './bundle-part.ts';
import { reportMarkdown } from './report-markdown.ts';

/** A look that capops.yml gives more time is not waited for here. */
const LOOK_MS = 3_000;

/** What operations say that look at something. */
export const OPERATION_PARTS: readonly BundlePart[] = [
  partOf('Health', 'health-check', { verbose: true }),
  partOf('Diagnosis of the database', 'diagnose'),
  partOf('Services in Docker', 'services'),
  partOf('Schedule', 'schedule'),
];

function partOf(title: string, name: string, input: Readonly<Record<string, unknown>> = {}): BundlePart {
  return {
    title,
    keeps: 'beginning',
    look: async ({ context }, signal) => {
      const operation = context.service.find(name);
      if (!operation) return undefined;
      const settings = withinTime(context.settings);
      const own = { ...context, settings, operation, raw: input, signal };
      return reportMarkdown(operation.report(await operation.run(own, input), own));
    },
  };
}

function withinTime({ health, ...settings }: Settings): Settings {
  if (!health) return settings;
  const checks = Object.entries(health.checks).map(([service, limits]) => [service, shortened(limits)]);
  return { ...settings, health: { ...shortened(health), checks: Object.fromEntries(checks) } };
}

function shortened<L extends Partial<Pick<HealthSettings, 'timeoutMs'>>>(limits: L): L {
  return limits.timeoutMs === undefined ? limits : { ...limits, timeoutMs: Math.min(limits.timeoutMs, LOOK_MS) };
}
