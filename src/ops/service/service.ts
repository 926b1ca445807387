import { nearest } from '../../domain/nearest.ts';
import { openRateLimit } from '../../domain/rate-limit.ts';
import type { DeniedError, UserError } from '../../errors.ts';
import { Run, type RunState } from '../../models/run.ts';
import type { Actor, IncomingFile, Ports, Progress } from '../../ports.ts';
import { seeThrough } from '../approving/see-through.ts';
import { replayJournal } from '../upkeep/replay-journal.ts';
import { takeUp, tellEnd } from '../upkeep/take-up.ts';
import { authorise } from './authorise.ts';
import { type Choice, choicesFor } from './choices.ts';
import type { Correspondent } from './correspondent.ts';
import { execute } from './execute.ts';
import { type Receipt, receive } from './inbox.ts';
import type { Operation, Unapproved } from './operation.ts';
import { openRecorder } from './recorder.ts';
import { remember } from './remember.ts';
import type { Report } from './report.ts';
import { resumeById } from './resume.ts';
import { withJournal } from './with-journal.ts';

/** One request for one operation, as a face hands it in. */
export interface Request {
  readonly operation: Operation;
  readonly actor: Actor;
  /** Unchecked input by argument name. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The delivery that asks, e.g. one click: delivered again, it gets the first one's answer, whatever that was. */
  readonly deliveryKey?: string;
  /** What makes it one request, e.g. one button: asked again, it gets the first one's answer if that was done. */
  readonly requestKey?: string;
  /** What `receive` said, where the request was stored before. */
  readonly receipt?: Receipt;
  /** How the face answers from another process; its own affair, any JSON. */
  readonly answer?: unknown;
  /** Given back from a preview's outcome: what was shown is what is wanted. */
  readonly confirmation?: string;
  /** From the same outcome, where it was confirmed at once. */
  readonly seen?: unknown;
  /** Opens a file that the input names; absent where the face brings none. */
  readonly openFile?: (reference: string) => Promise<IncomingFile>;
  readonly progress?: (progress: Progress) => void;
  /** Writes a line as it comes, for whoever looks on; absent where nobody does. */
  readonly print?: (line: string) => Promise<boolean>;
  /** The ledger was found down a moment ago: an emergency does not ask it again. */
  readonly isLedgerDown?: boolean;
  /** Whoever sits at the terminal goes on without a second person, and says why. */
  readonly force?: { readonly reason: string };
  /** It was to wait for a second person, and goes on without. */
  readonly unapproved?: Unapproved;
  /** Aborts when the asker, or the process, wants a long run, or one that waits, to end. */
  readonly signal?: AbortSignal;
}

/** How a request ended. Faces draw it; they decide nothing. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly runId: string;
      readonly report: Report;
      readonly data: unknown;
      readonly repeated: boolean;
    }
  | PreviewOutcome
  | { readonly kind: 'refused'; readonly runId: string; readonly error: UserError }
  | { readonly kind: 'denied'; readonly runId: string; readonly error: DeniedError }
  /** It waits for a second person, or for its turn; the asker hears of its end later. */
  | { readonly kind: 'awaiting' | 'queued'; readonly runId: string; readonly report: Report; readonly aloneAt?: Date }
  /** It came to its end otherwise; the message says how. */
  | { readonly kind: 'ended'; readonly runId: string; readonly state: EndedState; readonly message: string }
  /** Not the asker's fault. The message is for them; the reference stands in the log. */
  | { readonly kind: 'failed'; readonly runId: string; readonly message: string; readonly reference: string };

export type EndedState = Extract<RunState, 'cancelled' | 'declined' | 'expired' | 'interrupted'>;

export type AwaitingOutcome = Extract<Outcome, { kind: 'awaiting' | 'queued' }>;

export interface PreviewOutcome {
  readonly kind: 'preview';
  readonly runId: string;
  readonly report: Report;
  /** Hand this back as `confirmation` to run exactly what was shown. Undefined: there is nothing to do. */
  readonly confirmation: string | undefined;
  readonly confirmLabel: string | undefined;
  /** What has to be typed to confirm it in the terminal; undefined: yes or no. */
  readonly confirmWord?: string | undefined;
  /** A confirmation was given, but the state has moved since: this is the new preview. */
  readonly moved: boolean;
  /** What was looked at: for this process, and not to be kept. */
  readonly seen?: unknown;
}

/** Whoever hears of runs that concern others than the asker. Neither may reject. */
export interface Watcher {
  /** A run begins to wait for a second person, or somebody has decided about one that does. */
  waiting?(): void | Promise<void>;
  /** A change is done and recorded. */
  changed?(operation: string): void | Promise<void>;
  /** A run that a second person let pass, or that was forced, is done and recorded. */
  dangerous?(run: { readonly id: string; readonly operation: string }): Promise<unknown>;
}

/** The only door to the operations. */
export interface OpsService {
  readonly operations: readonly Operation[];
  /** By runbook name or verb, in any case. */
  find(word: string): Operation | undefined;
  /** The operation's verb that was probably meant. */
  suggest(word: string): string | undefined;
  /** The denial, recorded, or undefined when the actor may do this now. */
  refusal(operation: Operation, actor: Actor): Promise<DeniedError | undefined>;
  /** Stores a request for a change before it is acknowledged. Takes a second at most, and never rejects. */
  receive(request: Request): Promise<Receipt>;
  /** Never rejects. */
  execute(request: Request): Promise<Outcome>;
  /** Goes on with a run that waited, answers whoever asked, and never rejects. Undefined: it waits no longer. */
  resume(runId: string, signal?: AbortSignal): Promise<Outcome | undefined>;
  /**
   * Stays with a run of this request's that waits for a second person until it is over, and carries it out where it may go on
   * and nobody else has. When the signal aborts it is taken back. Never rejects.
   */
  seeThrough(request: Request, waiting: AwaitingOutcome): Promise<Outcome>;
  /** Tells whoever asked for a run that is over how it ended, if nobody has. Never rejects: what fails is done by `takeUp`. */
  tellEnd(runId: string): Promise<void>;
  /** Keeps how the asker of a run is answered from now on. Returns how it ended, where it is over by now. Never rejects. */
  remember(runId: string, answer: unknown): Promise<Outcome | undefined>;
  /** Whoever asked for this run knows how it ended. */
  answered(runId: string): void;
  /** They could not be told: whoever looks next tells them, within a minute or so of the time when that can be. */
  unanswered(runId: string): void;
  /** Tells of what concerns others than the asker. */
  watch(watcher: Watcher): void;
  /** From now on askers are reached this way. */
  attend(correspondent: Correspondent): void;
  /** Goes on with what others, or the ledger's absence, left undone. Rejects when a database does not answer. */
  takeUp(): Promise<void>;
  /** At most 100 organisations, or backups, for a picker in this operation's form; rejects for whoever may not run it. */
  choices(operation: Operation, actor: Actor, text: string): Promise<readonly Choice[]>;
  /** The process is about to end: changes that only wait for something say what stands, from now on at once. */
  stopWaiting(): void;
  /** Resolves when everything that was begun is answered and recorded. */
  settled(): Promise<void>;
}

export function createService(ports: Ports, operations: readonly Operation[]): OpsService {
  const recorder = withJournal(openRecorder(ports), ports);
  const { requestsPerMinute } = ports.settings;
  const rateLimit = requestsPerMinute === undefined ? undefined : openRateLimit(requestsPerMinute);
  const underWay = new Set<Promise<unknown>>();
  const watchers: Watcher[] = [];
  const stopping = new AbortController();
  let correspondent: Correspondent | undefined;
  const follow = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work)).catch(() => undefined);
    return work;
  };
  const unwritten = (error: unknown) =>
    ports.log.warn({ err: error }, 'the ledger did not take that somebody could not be answered');
  const service: OpsService = {
    operations,
    find: (word) => operations.find(({ name, verb }) => [name, verb].includes(word.toLowerCase())),
    suggest: (word) => nearest(word, [...operations.map(({ verb }) => verb), ...operations.map(({ name }) => name)]),
    refusal: async (operation, actor) => {
      try {
        await authorise(ports, operation, actor);
        return undefined;
      } catch (error) {
        return recorder.denial(error, { operation, actor, raw: {} });
      }
    },
    receive: (request) => receive(desk, request),
    execute: (request) => follow(execute(desk, request)),
    watch: (watcher) => void watchers.push(watcher),
    resume: (runId, signal) => follow(resumeById(desk, runId, { correspondent, signal })),
    seeThrough: (request, waiting) => follow(seeThrough(desk, request, waiting)),
    tellEnd: (runId) => follow(tellEnd(desk, runId, correspondent)),
    remember: (runId, answer) => follow(remember(ports, runId, answer)),
    answered: recorder.answered,
    unanswered: (runId) => void follow(Run.leaveUnanswered(ports.databases.ledger, runId).catch(unwritten)),
    attend: (other) => {
      correspondent = other;
    },
    takeUp: () => follow(catchUp()),
    choices: async (operation, actor, text) => {
      await authorise(ports, operation, actor);
      return choicesFor(ports, operation, text);
    },
    stopWaiting: () => stopping.abort(),
    settled: async () => {
      await Promise.allSettled(underWay);
      await recorder.settled();
    },
  };
  const desk = { ports, recorder, service, rateLimit, watchers, follow, stopping: stopping.signal };
  const catchUp = async () => {
    await recorder.settleOwed();
    await replayJournal(ports);
    if (ports.startId !== undefined) await takeUp(desk, { startId: ports.startId, correspondent });
  };
  return service;
}
