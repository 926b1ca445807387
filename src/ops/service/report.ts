import type { Offer } from '../../errors.ts';

/** One piece of a report. All text is plain: faces escape it, and draw it in their own way. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** Something of less weight: a hint, how to get the rest. */
  | { readonly kind: 'note'; readonly text: string }
  /** `marked`: each item begins with a mark of its own: `✓ Database: Connected`. */
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly marked?: true }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [label: string, value: string])[] }
  /** Lines that a program wrote, shown as they are. At most 2,500 characters are sure to be shown. */
  | { readonly kind: 'log'; readonly lines: readonly string[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | Chart
  /** What somebody can type, without the face's own prefix: `grant LHR work`. */
  | { readonly kind: 'commands'; readonly commands: readonly { readonly words: string; readonly summary: string }[] };

/** Values over time or by name; with more than 20 places or 6 series it is drawn as a table. */
export interface Chart {
  readonly kind: 'chart';
  readonly shape: 'line' | 'bar';
  /** At most 50 characters, with the unit: `Answers within (ms)`. */
  readonly title: string;
  /** At most 20 characters each, and no two the same. */
  readonly labels: readonly string[];
  readonly series: readonly {
    /** At most 20 characters, and no two the same. */
    readonly name: string;
    /** One for each label, or none; where the report was stored in between, null is none as well. */
    readonly values: readonly (number | null | undefined)[];
  }[];
}

/** A file that goes with a report: uploaded in Slack, written beside the input in the terminal. */
export interface Attachment {
  readonly name: string;
  readonly content: string;
  /** A sentence on what it is. */
  readonly summary: string;
  /** For whoever asked alone: in the terminal a file that only its owner may read. */
  readonly isPrivate?: true;
}

/** What an operation did, in words, for any face. */
export interface Report {
  /** `done`: something was changed. `unchanged`: asked for a change, nothing to do. `info`: an answer. `attention`: done, but read on. */
  readonly tone: 'done' | 'unchanged' | 'info' | 'attention';
  /** One sentence that can stand alone (a notification, a screen reader). */
  readonly title: string;
  /** The answer is that something is broken: the terminal's exit code says so as well. */
  readonly broken?: true;
  readonly parts?: readonly Part[];
  readonly offers?: readonly Offer[];
  readonly attachments?: readonly Attachment[];
  /** What stands behind it: replies in the message's thread in Slack, further down in the terminal. One deep. */
  readonly thread?: readonly Reply[];
  /** What the team is told, read after the actor's name: `gave LHR access to work until 31 Dec 2026`. Changes only. */
  readonly announcement?: string;
  /** Slack ids of people who are told the same in their direct messages. */
  readonly announceTo?: readonly string[];
}

/** One message of a report's thread. */
export type Reply = Omit<Report, 'thread' | 'attachments' | 'announcement' | 'announceTo' | 'broken'>;
