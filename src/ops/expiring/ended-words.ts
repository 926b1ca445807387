import { counted } from '../../domain/counted.ts';
import { showEnd } from '../../domain/end-date.ts';
import { listWords } from '../../domain/module-keys.ts';
import type { AccessEnd } from '../../models/access-ends.ts';
import { called } from '../organisation-found.ts';

/** As many as one message shows. */
const SHOWN = 40;

/** Access of one organisation that ends at the same moment. */
export interface EndGroup extends Pick<AccessEnd, 'organisationId' | 'code' | 'name' | 'validUntil'> {
  readonly moduleKeys: readonly string[];
}

/** By organisation and end, in the order in which they come. */
export function groupEnds(ends: readonly AccessEnd[]): EndGroup[] {
  const groups = Map.groupBy(ends, ({ organisationId, validUntil }) => `${organisationId} ${validUntil.getTime()}`);
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    return first ? [{ ...first, moduleKeys: rows.map(({ moduleKey }) => moduleKey) }] : [];
  });
}

/** `LHR (London Heathrow): work and assets, until 31 Dec 2026`. Those that do not fit are counted. */
export function endLines(groups: readonly EndGroup[], timeZone: string): string[] {
  const lines = groups
    .slice(0, SHOWN)
    .map((group) => `${called(group)}: ${listWords(group.moduleKeys)}, until ${showEnd(group.validUntil, timeZone)}`);
  const left = groups.length - lines.length;
  return left > 0 ? [...lines, `… and ${left.toLocaleString('en-GB')} more`] : lines;
}

/** `2 organisations`. */
export function organisationsIn(ends: readonly { readonly code: string }[]): string {
  return counted(new Set(ends.map(({ code }) => code)).size, 'organisation');
}
