import { type HealthFinding, type HealthState, overallState, overallWords } from '../domain/health.ts';
import type { OpenMaintenance } from '../domain/health-windows.ts';
import type { Offer } from '../errors.ts';
import { healthLines } from './health/health-lines.ts';
import { lookAtHealth } from './health/look-at-health.ts';
import { maintenanceParts } from './health/maintenance-words.ts';
import { knownMaintenance } from './health/open-maintenance.ts';
import * as arg from './service/arguments.ts';
import { defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

interface Health {
  readonly findings: readonly HealthFinding[];
  readonly isVerbose: boolean;
  /** Work that somebody announced, and that holds now. */
  readonly maintenance: readonly OpenMaintenance[];
}

export const healthCheck = defineOperation({
  name: 'health-check',
  verb: 'health',
  summary: 'Look whether everything answers: the platform, CapOps’ own services, backups',
  role: 'viewer',
  effect: 'reads',
  evenWhenDown: true,
  example: 'health',
  args: { verbose: arg.flag('Verbose', 'also versions, connections, replication, certificates, answers', '--verbose') },

  async run(context, { verbose: isVerbose = false }): Promise<Health> {
    const looks = lookAtHealth(context, { isVerbose, signal: context.signal });
    const [findings, maintenance] = await Promise.all([looks, knownMaintenance(context)]);
    return { findings, isVerbose, maintenance };
  },

  report: ({ findings, isVerbose, maintenance }, { settings: { timeZone } }): Report => {
    const overall = overallState(findings);
    return {
      tone: overall === 'healthy' ? 'info' : 'attention',
      title: overallWords(findings),
      ...(overall === 'unhealthy' ? { broken: true } : {}),
      parts: [
        healthLines(findings),
        ...maintenanceParts(maintenance, timeZone),
        ...nextSteps(findings),
        ...(isVerbose ? details(findings) : []),
      ],
      offers: offersFor(findings, isVerbose),
    };
  },

  json: ({ findings }) => ({ overall: overallState(findings), findings }),
});

/** What somebody would do, the worst first; notes last. */
function nextSteps(findings: readonly HealthFinding[]): Part[] {
  const of = (...states: HealthState[]) =>
    states.flatMap((wanted) =>
      findings.flatMap(({ state, label, next }) =>
        state === wanted && next !== undefined ? [`${label}: ${next}`] : [],
      ),
    );
  const [steps, hints] = [of('unhealthy', 'degraded'), of('note')];
  return [
    ...(steps.length > 0
      ? ([
          { kind: 'text', text: 'What to do next:' },
          { kind: 'list', items: steps },
        ] as const)
      : []),
    ...(hints.length > 0 ? [{ kind: 'note', text: hints.join('\n') } as const] : []),
  ];
}

function details(findings: readonly HealthFinding[]): Part[] {
  const rows = findings.flatMap(({ label, details: known = [] }) => known.map(([name, value]) => [label, name, value]));
  return rows.length > 0 ? [{ kind: 'table', columns: ['Service', 'Detail', 'Value'], rows }] : [];
}

function offersFor(findings: readonly HealthFinding[], isVerbose: boolean): Offer[] {
  const backup = findings.find(({ service }) => service === 'backup');
  const wantsBackup = backup?.next !== undefined;
  return [
    ...(wantsBackup ? [{ label: 'Back up now', operation: 'backup', input: {} }] : []),
    ...(isVerbose ? [] : [{ label: 'Show the details', operation: 'health-check', input: { verbose: true } }]),
  ];
}
