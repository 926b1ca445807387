import { showTime } from '../../domain/end-date.ts';
import type { Offer } from '../../errors.ts';
import { OPEN, type Run, type RunState } from '../../models/run.ts';
import { ownRuns } from '../../models/run-list.ts';
import { askedWords } from '../approving/approval-case.ts';
import type { HomeSubject, Viewer } from './home-section.ts';

const SHOWN = 6;

const STANDS: Partial<Record<RunState, string>> = {
  received: 'about to begin',
  awaiting: 'waits for a second person',
  queued: 'waits for its turn',
  running: 'under way',
};

/** What whoever looks has asked for last, and how it stands. */
export const ownWork: HomeSubject = {
  key: 'own',
  name: 'Your requests',
  source: 'ledger',
  operation: 'whoami',
  async look(viewer) {
    const runs = await ownRuns(viewer.databases.ledger, viewer.actor.id, SHOWN);
    if (runs.length === 0) return { tone: 'info', title: 'There is none yet.' };
    const open = runs.filter(isOpen);
    return {
      tone: 'info',
      title: open.length > 0 ? `${open.length} ${open.length === 1 ? 'is' : 'are'} still open.` : 'Nothing is open.',
      parts: [{ kind: 'list', items: runs.map((run) => line(viewer, run)) }],
      offers: open.flatMap((run) => offersFor(viewer, run)),
    };
  },
};

function isOpen({ state }: Run): boolean {
  return OPEN.includes(state);
}

function line({ service, settings: { timeZone } }: Viewer, run: Run): string {
  const { id, state, summary, message, startedAt } = run;
  const what = `${id.slice(0, 8)}: “${shortened(askedWords(service, run))}”, ${showTime(startedAt, timeZone)}`;
  return `${what}: ${STANDS[state] ?? `${state}${endWords(summary ?? message)}`}`;
}

const UUID = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** The first characters of an id say which it is. */
function shortened(words: string): string {
  return words.replaceAll(UUID, '$1');
}

function endWords(words: string | null): string {
  return words ? `. ${words}` : '';
}

/** What runs now and is over in a moment cannot be cancelled. */
function offersFor({ service }: Viewer, { id, state, operation }: Run): Offer[] {
  const short = id.slice(0, 8);
  const input = { run: id };
  const canEnd = state === 'awaiting' || state === 'queued' || (state === 'running' && service.find(operation)?.long);
  const cancel = { label: `Cancel ${short}`, operation: 'cancel-run', input, confirm: `Cancel run ${short}?` };
  return [...(canEnd ? [cancel] : []), { label: `Show ${short}`, operation: 'show-run', input }];
}
