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
  const { live, checks } = restored;
  const notes = notesOn(done);
  const broken = health.filter(({ state }) => state === 'unhealthy');
  const kept = restored.keptUntil && showTime(restored.keptUntil, timeZone);
  return {
    tone: notes.length + broken.length > 0 ? 'attention' : 'done',
    title: kept
      ? `${live} in ${environment} is now ${source}. ${usable(restored)}`
      : `${live} in ${environment} is there again: it is ${source}.`,
    parts: [
      { kind: 'list', items: checks },
      {
        kind: 'facts',
        facts: [['Before', beforeWords(restored, kept)], ...safetyFact(done)],
      },
      ...notes.map((text): Part => ({ kind: 'note', text })),
      ...broken.map(({ label, says }): Part => ({ kind: 'text', text: `✗ ${label}: ${says}` })),
    ],
    offers: [
      // It shows before what it would do, and asks there.
      ...(kept
        ? [{ label: 'Put the old one back', operation: 'undo-restore', input: {}, style: 'danger' } as const]
        : []),
      { label: 'Check everything', operation: 'health-check', input: {} },
    ],
    announcement: kept
      ? `replaced ${live} (${environment}) with ${source}; what was there before is kept until ${kept}`
      : `made ${live} (${environment}) anew from ${source}; it was not there`,
    ...(broken.length > 0 ? { broken: true } : {}),
  };
}

/** For how long nobody could use the platform, in a sentence. */
export function usable({ unavailableMs }: Pick<Restored, 'unavailableMs'>): string {
  if (unavailableMs === 0) return 'The platform could be used throughout.';
  const seconds = (unavailableMs / 1000).toLocaleString('en-GB', { maximumFractionDigits: 1 });
  return `The platform could not be used for ${seconds} s.`;
}

function beforeWords({ former }: Restored, kept: string | undefined): string {
  return kept ? `kept as ${former} until ${kept}; “undo-restore” puts it back` : 'there was none';
}

function safetyFact({ restored: { safety } }: InPlace): (readonly [string, string])[] {
  return 'manifest' in safety ? [['Safety backup', `${safety.manifest.id.slice(0, 8)}, in ${safety.storage}`]] : [];
}

function notesOn({ restored }: InPlace): string[] {
  const { safety, facts, lacks, staleCache } = restored;
  const without = [...facts.missingRoles, ...facts.closedRoles];
  return [
    ...('fault' in safety && restored.former !== undefined
      ? [`The database as it was could not be backed up: ${safety.fault}`]
      : []),
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
