import { showTime } from '../../domain/end-date.ts';
import type { HealthFinding } from '../../domain/health.ts';
import { listWords } from '../../domain/module-keys.ts';
import type { Settings } from '../../ports.ts';
import type { Part, Report } from '../service/report.ts';
import type { Restored } from './carry-out-restore.ts';

/** A restore that is in place, and how everything is since. */
export interface InPlace {
  readonly restored: Restored;
  readonly source: string;
  readonly backupId: string | undefined;
  readonly health: readonly HealthFinding[];
}

/** What a restore has done, and what is to be looked at. */
export function restoredReport(done: InPlace, { environment, timeZone }: Settings): Report {
  const { restored, source, health } = done;
  const { live, former, keptUntil, unavailableMs, checks } = restored;
  const notes = notesOn(done);
  const seconds = (unavailableMs / 1000).toLocaleString('en-GB', { maximumFractionDigits: 1 });
  const broken = health.filter(({ state }) => state === 'unhealthy');
  const kept = showTime(keptUntil, timeZone);
  return {
    tone: notes.length + broken.length > 0 ? 'attention' : 'done',
    title: `${live} in ${environment} is now ${source}. ${unavailableMs > 0 ? `The platform could not be used for ${seconds} s.` : 'The platform could be used throughout.'}`,
    parts: [
      { kind: 'list', items: checks },
      {
        kind: 'facts',
        facts: [['Before', `kept as ${former} until ${kept}; “undo-restore” puts it back`], ...safetyFact(done)],
      },
      ...notes.map((text): Part => ({ kind: 'note', text })),
      ...broken.map(({ label, says }): Part => ({ kind: 'text', text: `✗ ${label}: ${says}` })),
    ],
    offers: [
      // It shows before what it would do, and asks there.
      { label: 'Put the old one back', operation: 'undo-restore', input: {}, style: 'danger' },
      { label: 'Check everything', operation: 'health-check', input: {} },
    ],
    announcement: `replaced ${live} (${environment}) with ${source}; what was there before is kept until ${kept}`,
    ...(broken.length > 0 ? { broken: true } : {}),
  };
}

function safetyFact({ restored: { safety } }: InPlace): (readonly [string, string])[] {
  return 'manifest' in safety ? [['Safety backup', `${safety.manifest.id.slice(0, 8)}, in ${safety.storage}`]] : [];
}

function notesOn({ restored: { safety, facts, lacks, staleCache } }: InPlace): string[] {
  const without = [...facts.missingRoles, ...facts.closedRoles];
  return [
    ...('fault' in safety ? [`The database as it was could not be backed up: ${safety.fault}`] : []),
    ...(without.length > 0
      ? [
          `The server has no ${listWords(without)}, or they are closed to CapOps: theirs belongs to the database’s own user now.`,
        ]
      : []),
    ...lacks,
    ...facts.warnings,
    ...(staleCache ? ['Redis does not answer: the gateway may answer from before for five minutes.'] : []),
  ];
}
