import { connectionFailure, databaseDown, withoutStatement } from '../../domain/connection-failure.ts';
import {
  CheckoutError,
  ContainersError,
  LogUnreadableError,
  StartError,
  StorageError,
  UnavailableError,
  UserError,
} from '../../errors.ts';
import type { SupportDesk } from '../../ports.ts';
import { answerWithin, isLate } from '../health/within-limit.ts';
import type { Context } from '../service/operation.ts';

/** What the parts are made from. */
export interface Sources {
  readonly context: Context;
  readonly desk: SupportDesk;
}

/** One part of the file. */
export interface BundlePart {
  readonly title: string;
  /** Its text, not cleaned yet. Undefined: there is no such thing here. Rejects where it cannot be had. */
  readonly look: (sources: Sources, signal: AbortSignal) => Promise<string | undefined>;
  /** What counts where there is too much of it: its beginning, or its end as in a log. */
  readonly keeps: 'beginning' | 'end';
}

/** What came of one part: its text, or why there is none. */
export type Gathered = Pick<BundlePart, 'title' | 'keeps'> & ({ readonly text: string } | { readonly missing: string });

/** All parts are looked at together, and each is given so long. */
const LIMIT_MS = 4_000;

/** Looks at all parts at once, each within its own limit. One that cannot be had says why. Rejects when the signal aborts. */
export async function gatherParts(sources: Sources, parts: readonly BundlePart[]): Promise<Gathered[]> {
  const gathered = await Promise.all(parts.map((part) => gather(sources, part)));
  sources.context.signal.throwIfAborted();
  return gathered.filter((part) => part !== undefined);
}

async function gather(sources: Sources, { title, keeps, look }: BundlePart): Promise<Gathered | undefined> {
  try {
    const text = await answerWithin(LIMIT_MS, sources.context.signal, (signal) => look(sources, signal));
    return text === undefined ? undefined : { title, keeps, text };
  } catch (error) {
    sources.context.log.warn({ err: error, part: title }, 'a part of the support bundle could not be had');
    return { title, keeps, missing: whyMissing(error) };
  }
}

const SAID = [
  UnavailableError,
  UserError,
  ContainersError,
  LogUnreadableError,
  CheckoutError,
  StorageError,
  StartError,
];

/** In a sentence; of PostgreSQL’s errors no more than the code and the message. */
export function whyMissing(error: unknown): string {
  if (SAID.some((kind) => error instanceof kind)) return (error as Error).message;
  if (isLate(error)) return 'It was not through within its time.';
  if (databaseDown(error)) return `The database does not answer. ${connectionFailure(error)?.reason ?? ''}`.trim();
  const { code, message = '' } = error as { code?: unknown; message?: string };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code))
    return `PostgreSQL says: ${withoutStatement(message)} (${code}).`;
  return 'Something went wrong inside CapOps; its log has the reason.';
}
