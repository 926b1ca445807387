import { databaseDown } from '../../domain/connection-failure.ts';
import { showTime } from '../../domain/end-date.ts';
import { recordJournalled } from '../../models/journalled-run.ts';
import type { Journal, JournalFile, Log, Ports } from '../../ports.ts';
import { rowsOf } from '../service/journal-record.ts';

type Office = Pick<Ports, 'databases' | 'clock' | 'log' | 'settings' | 'journal'>;

/**
 * Writes into the ledger what emergency operations left in the journal while it was down: the runs, and their entries of
 * the audit. Safe at any time, in any number of processes at once, and cut off anywhere. Returns how many runs it wrote;
 * rejects when the ledger does not answer. A file that cannot be replayed stays, is complained of each time, and stops
 * nothing else.
 */
export async function replayJournal(office: Office): Promise<number> {
  const { journal, log } = office;
  if (!journal) return 0;
  let written = 0;
  for (const name of await waiting(journal, log)) {
    try {
      if (await replay(office, journal, name)) written += 1;
    } catch (error) {
      if (databaseDown(error)) throw error;
      log.error({ err: error, file: name }, 'a file of the emergency journal could not be replayed; it stays there');
    }
  }
  return written;
}

/** Another user's folder, say, is no reason to leave the rest of the work undone. */
async function waiting(journal: Journal, log: Log): Promise<string[]> {
  return journal.waiting().catch((error: unknown) => {
    log.error({ err: error }, 'the emergency journal cannot be read');
    return [];
  });
}

/** Whether the ledger lacked it. */
async function replay(office: Office, journal: Journal, name: string): Promise<boolean> {
  const file = await journal.take(name);
  if (!file) return false;
  const written = await record(office, file);
  if (file.torn !== undefined) {
    const runId = file.lines[0]?.runId;
    office.log.error({ file: file.torn, runId }, 'a line of the emergency journal was cut off; its file is kept');
  }
  await file.finish();
  return written;
}

async function record({ databases: { ledger }, clock, settings }: Office, file: JournalFile): Promise<boolean> {
  const outcome = file.lines.find(({ kind }) => kind === 'outcome');
  const line = outcome ?? file.lines[0];
  if (!line) return false;
  const now = clock.now();
  const { run, record: entry } = rowsOf(line);
  const end = outcome ? run.finishedAt : now;
  const cut = file.torn === undefined ? '' : `A line of it was cut off, and is kept in ${file.torn}.`;
  const message = outcome ? run.message : words(run.message, cut);
  const how = `Kept in the emergency journal while the ledger did not answer; replayed on ${showTime(now, settings.timeZone)}.`;
  return recordJournalled(ledger, {
    run: { ...run, message: message ?? null, finishedAt: end },
    record: { ...entry, at: outcome ? entry.at : now, message: words(entry.message, how, cut) },
  });
}

function words(...sentences: (string | null | undefined)[]): string {
  return sentences.filter(Boolean).join(' ');
}
