import { nearest } from '../domain/nearest.ts';
import { openRateLimit } from '../domain/rate-limit.ts';
import { recordableText } from '../domain/recordable.ts';
import type { DeniedError, UserError } from '../errors.ts';
import { Organisation } from '../models/organisation.ts';
import type { Actor, IncomingFile, Ports, Progress } from '../ports.ts';
import { authorise } from './authorise.ts';
import { execute } from './execute.ts';
import type { Operation } from './operation.ts';
import { openRecorder } from './recorder.ts';
import type { Report } from './report.ts';

/** One request for one operation, as a face hands it in. */
export interface Request {
  readonly operation: Operation;
  readonly actor: Actor;
  /** Unchecked input by argument name. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** What makes it one request, whatever is delivered twice. Changes only. */
  readonly requestKey?: string;
  /** Given back from a preview's outcome: what was shown is what is wanted. */
  readonly confirmation?: string;
  /** Opens a file that the input names; absent where the face brings none. */
  readonly openFile?: (reference: string) => Promise<IncomingFile>;
  readonly progress?: (progress: Progress) => void;
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
  /** Not the asker's fault. The message is for them; the reference stands in the log. */
  | { readonly kind: 'failed'; readonly runId: string; readonly message: string; readonly reference: string };

export interface PreviewOutcome {
  readonly kind: 'preview';
  readonly runId: string;
  readonly report: Report;
  /** Hand this back as `confirmation` to run exactly what was shown. Undefined: there is nothing to do. */
  readonly confirmation: string | undefined;
  readonly confirmLabel: string | undefined;
  /** A confirmation was given, but the state has moved since: this is the new preview. */
  readonly moved: boolean;
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
  /** Never rejects. */
  execute(request: Request): Promise<Outcome>;
  /** At most 100 organisations for a picker in this operation's form; none for whoever may not run it. */
  choices(operation: Operation, actor: Actor, text: string): Promise<readonly { code: string; name: string }[]>;
  /** Resolves when everything that was begun is answered and recorded. */
  settled(): Promise<void>;
}

/** The most options that a Slack menu takes. */
const MAX_CHOICES = 100;

export function createService(ports: Ports, operations: readonly Operation[]): OpsService {
  const recorder = openRecorder(ports);
  const { requestsPerMinute } = ports.settings;
  const rateLimit = requestsPerMinute === undefined ? undefined : openRateLimit(requestsPerMinute);
  const underWay = new Set<Promise<unknown>>();
  const follow = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work)).catch(() => undefined);
    return work;
  };
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
    execute: (request) => follow(execute({ ports, recorder, service, rateLimit }, request)),
    choices: async (operation, actor, text) => {
      await authorise(ports, operation, actor);
      return Organisation.choices(ports.databases.platform, recordableText(text), MAX_CHOICES);
    },
    settled: async () => {
      await Promise.allSettled(underWay);
      await recorder.settled();
    },
  };
  return service;
}
