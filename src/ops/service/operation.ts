import type { z } from 'zod';
import type { Moment } from '../../domain/moment.ts';
import type { Offer } from '../../errors.ts';
import type { SoFar } from '../../models/run-so-far.ts';
import type { Actor, IncomingFile, Ports, Progress, Role } from '../../ports.ts';
import type { Report } from './report.ts';
import type { OpsService } from './service.ts';

/** How a form asks for an argument. */
export type Widget =
  | { readonly kind: 'organisation' }
  /** One of the platform's good backups. The terminal takes a file, too. */
  | { readonly kind: 'backup' }
  | { readonly kind: 'modules' }
  /** One of the compose services that capops.yml names. */
  | { readonly kind: 'service' }
  | { readonly kind: 'text'; readonly maxLength: number; readonly multiline?: boolean }
  | { readonly kind: 'date' }
  /** A flag that only an offer sets (`inForms: false`) is not drawn. */
  | { readonly kind: 'flag'; readonly inForms?: false }
  | { readonly kind: 'file'; readonly types: readonly string[] }
  /** Not asked in forms. */
  | { readonly kind: 'none' };

/** One argument of an operation: what is accepted, how it is typed, how a form asks for it. */
export interface Argument<T = unknown, Required extends boolean = boolean> {
  /** The field's label in a form and the placeholder in help: `IATA code`. */
  readonly label: string;
  readonly summary: string;
  readonly example: string;
  readonly required: Required;
  /** Checks and converts what a face hands in; `moment` gives words such as "end of month" their meaning. */
  readonly schema: (moment: Moment) => z.ZodType<T>;
  readonly widget: Widget;
  /** Bare words fill these in the order in which the operation lists them. */
  readonly positional?: true;
  /** Takes as many of the following words as it accepts: `31 Dec 2026`, `work, assets`. */
  readonly takesWord?: (word: string) => boolean;
  /** The word that introduces it in a sentence, where that is not its name: `because`. */
  readonly keyword?: string;
  /** Bare, its name is a word like any other: only `--hours 4` and `hours=4` give it. */
  readonly onlyDashed?: true;
  /** Asked for in Slack although the terminal may leave it out. */
  readonly requiredInSlack?: true;
  /** Names a file or an output on this machine, so Slack does not have it. */
  readonly terminalOnly?: true;
  /** A path, meant from where the asker stands: the terminal hands it in whole. A word without a dot or a slash is none. */
  readonly isPath?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: an argument of any type
export type Arguments = Readonly<Record<string, Argument<any, boolean>>>;

/** The validated input that belongs to a set of arguments. */
export type InputOf<A extends Arguments> = {
  readonly [K in keyof A]: A[K] extends Argument<infer T, infer R> ? (R extends true ? T : T | undefined) : never;
};

/** What a run may use: the ports, and what belongs to this one execution. */
export interface Context extends Ports {
  readonly runId: string;
  readonly actor: Actor;
  readonly operation: Operation;
  /** The input as the face handed it in, for offers that ask for the same again with one thing changed. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The run's start; every decision about "today" in the run uses it. */
  readonly moment: Moment;
  /** The door itself, for operations about operations (help). */
  readonly service: OpsService;
  /**
   * For a run with a preview, called where nothing can change any more: under the locks of its transaction. Throws when
   * `state` is no longer what the confirmed preview saw; the asker gets a new preview.
   */
  readonly holdTo: (state: unknown) => void;
  /** What this run's own preview looked at a moment ago in this process, where it kept that. */
  readonly seen?: unknown;
  /** What the run noted before it was cut off; undefined: it is at its beginning. */
  readonly soFar?: SoFar | undefined;
  /** Notes how far a restartable run is. Rejects only where a plan comes with it and the ledger does not take it. */
  readonly noteSoFar: (soFar: SoFar) => Promise<void>;
  /** Aborts when the run is to end: a long operation stops within 5 s, with nothing half done, and throws. */
  readonly signal: AbortSignal;
  /** It needs a second person, and goes on without. */
  readonly unapproved?: Unapproved | undefined;
  /** The ledger does not answer: there is no use in asking it. */
  readonly isLedgerDown?: boolean;
  /** Grows with every holder of the operation's resource; absent where it has none. */
  readonly fencingToken?: string;
  /** Opens a file that the input names. */
  readonly openFile: (reference: string) => Promise<IncomingFile>;
  readonly progress: (progress: Progress) => void;
  /** Writes a line as it comes; only the terminal has it. Resolves once there is room for more; false: nobody reads on. */
  readonly print?: ((line: string) => Promise<boolean>) | undefined;
}

/** Why something goes on although nobody else has agreed to it; `words` read on after “gave …; ”. */
export interface Unapproved {
  readonly rule: 'forced' | 'alone';
  readonly words: string;
}

/** Why it must not go on alone, and the way to mend that. */
export interface Unless {
  readonly because: string;
  readonly offers: readonly Offer[];
}

/** What will happen, shown before it does. The confirmation binds operation, input and `state`. */
export interface Preview {
  readonly report: Report;
  /** Everything the preview saw that decides what the run would do; any JSON. */
  readonly state: unknown;
  /** The button's text, which names the act: `Import 120 organisations`. Undefined: there is nothing to do. */
  readonly confirmLabel: string | undefined;
  /** What whoever confirms it in the terminal has to type, so that nobody does by habit; absent: yes or no. */
  readonly confirmWord?: string;
  /** What took long to look at, for a run that follows at once in the same process. */
  readonly seen?: unknown;
}

/** What a change was about, what was there before it, and what after; any JSON. */
export interface Trace {
  /** Codes of the organisations. */
  readonly subjects: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface Definition<A extends Arguments, Data> {
  /** The runbook's name, which is also the file's: `grant-module`. */
  readonly name: string;
  /** The short word people type: `grant`. */
  readonly verb: string;
  /** One line, an imperative: `Give an organisation access to modules`. */
  readonly summary: string;
  readonly role: Role;
  /** `changes` is recorded before it runs and announced after it. */
  readonly effect: 'reads' | 'changes';
  /** Allowed while changes are frozen. */
  readonly evenWhenFrozen?: true;
  /** Runs although a database is down, or not migrated yet: it is what says so. */
  readonly evenWhenDown?: true;
  /** Runs in the terminal though the platform's database is not there, or has not what CapOps needs: it may be what puts it back. */
  readonly evenWithoutPlatform?: true;
  /** Somebody else has to agree before it runs; capops.yml may ask that of any change. */
  readonly secondPerson?: true;
  /**
   * With a second person: unanswered for `settings.emergency.waitMs`, or where nobody could answer, it goes on without one.
   * Resolves with why it may not this time, a sentence: then it waits like any other; while `isLedgerDown`, when nobody can be asked,
   * it is refused.
   */
  readonly aloneUnless?: (context: Context, input: InputOf<A>) => Promise<Unless | undefined>;
  /** The message whose button was clicked stays as it is: others may need the button, or whoever drew it redraws it. */
  readonly leavesMessage?: true;
  /** Takes long: elsewhere than in the terminal it waits for a worker, shows how far it is, and can be cancelled. */
  readonly long?: true;
  /** Its work done, it may wait for something: Ctrl-C, or a stop of the process, ends the waiting by its signal, and it says what stands. */
  readonly waits?: true;
  /** Whole or not at all, and doing it again finds what was done: a run that was cut off is taken up again by itself. */
  readonly restartable?: true;
  /** What only one run at a time may work on, e.g. `database airport`. */
  readonly resource?: (context: Context, input: InputOf<A>) => string | Promise<string>;
  /** Runs while the ledger is down: then its record is kept in a local file until the ledger is back. */
  readonly emergency?: true;
  readonly args: A;
  /** One way to type it, without the face's prefix. */
  readonly example: string;
  /** Present where a person must see what will happen before it does: whoever asks, or only who approves it. */
  readonly previewFor?: 'second person';
  /** Looking takes long, and `run` holds itself to what was confirmed: nobody looks once more before it. */
  readonly looksOnce?: true;
  readonly preview?: (context: Context, input: InputOf<A>) => Promise<Preview>;
  /** Throws UserError for what the asker can mend; whatever it throws, nothing may be half done. */
  readonly run: (context: Context, input: InputOf<A>) => Promise<Data>;
  /** What the audit keeps of a change besides the input; absent: nothing. */
  readonly trace?: (data: Data) => Trace;
  readonly report: (data: Data, context: Context) => Report;
  /** What `--format json` prints; absent: the data itself. */
  readonly json?: (data: Data) => unknown;
  /** Records for `--format csv`, first the header; absent: the format is not offered. */
  readonly csv?: (data: Data) => readonly (readonly string[])[];
}

/** An operation whose types are known to its own file only. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds operations of every type
export type Operation = Definition<any, any>;

/** Defines an operation; the input's type follows from its arguments. */
export function defineOperation<const A extends Arguments, Data>(definition: Definition<A, Data>): Definition<A, Data> {
  return definition;
}
