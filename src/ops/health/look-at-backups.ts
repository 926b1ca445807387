import type { BackupSight } from '../../domain/backup-health.ts';
import { noAnswerOf } from '../../domain/no-answer.ts';
import type { Ports } from '../../ports.ts';
import { backupFacts, nightlyEntry } from '../backups/backup-facts.ts';
import { aborted } from './within-limit.ts';

/** What the ledger's catalogue says of the backups. Never rejects, and resolves when the signal aborts. */
export async function lookAtBackups(ports: Ports, signal: AbortSignal): Promise<BackupSight> {
  const begun = performance.now();
  const entry = nightlyEntry(ports);
  try {
    const facts = await Promise.race([backupFacts(ports, entry), aborted(signal)]);
    return { isAnswered: true, ms: performance.now() - begun, ...facts, isScheduled: entry !== undefined };
  } catch (error) {
    ports.log.info({ service: 'backup', err: error }, 'a look at a service came to nothing');
    const because = signal.aborted ? 'silent' : noAnswerOf(error);
    return { isAnswered: false, ms: performance.now() - begun, because };
  }
}
