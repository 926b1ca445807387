import { MOST_BACKSLASHES, type ValueForm, valueForms } from './value-forms.ts';

const INSTEAD = '[secret]';
const BACKSLASH = '\\'.charCodeAt(0);

type Patterns = ReadonlyMap<string, RegExp>;

/**
 * Takes certain values out of texts: as they are, percent-encoded, escaped as in JSON, SQL and HTML, each sign in its own way, and
 * in base64, also as a part of something longer. Texts that hold no value stay as they are. Takes time by the text’s length alone,
 * whatever stands in it.
 */
export function openValueFilter(values: readonly string[]): (text: string) => string {
  const wanted = [...new Set(values)].filter((value) => value.trim() !== '').toSorted((a, b) => b.length - a.length);
  if (wanted.length === 0) return (text) => text;
  const forms = wanted.map(valueForms);
  const patterns = byBeginning([...forms.flatMap((all) => all.slice(0, 1)), ...forms.flatMap((all) => all.slice(1))]);
  const mayBegin = openGlance(patterns);
  return (text) =>
    withoutMatches(text, (place, next) => (mayBegin(text, place, next) ? endOf(patterns, text, { place, next }) : 0));
}

/** What may stand where a text has a certain character, or certain two. The forms are tried in their order. */
function byBeginning(forms: readonly ValueForm[]): Patterns {
  const kinds = new Map<string, string[]>();
  for (const { pattern, begins } of forms)
    for (const [first, second = ''] of begins) {
      const key = first + second;
      kinds.set(key, [...(kinds.get(key) ?? []), pattern]);
    }
  return new Map([...kinds].map(([key, all]) => [key, new RegExp([...new Set(all)].join('|'), 'yu')]));
}

/** Whether a value may begin at a place: nearly always not, which is told by its two characters at once. */
function openGlance(patterns: Patterns): (text: string, place: number, next: number) => boolean {
  const pairs = new Uint8Array(0x1_00_00);
  const firsts = new Uint8Array(0x1_00_00);
  const pairOf = (first: number, second: number) => (first * 257 + second) & 0xff_ff;
  for (const key of patterns.keys()) {
    if (key.length === 1) firsts[key.charCodeAt(0)] = 1;
    else pairs[pairOf(key.charCodeAt(0), key.charCodeAt(1))] = 1;
  }
  return (text, place, next) => {
    const first = text.charCodeAt(place);
    return firsts[first] === 1 || pairs[pairOf(first, text.charCodeAt(next))] === 1;
  };
}

/** Where a value ends that begins at the place; 0 for none. */
function endOf(patterns: Patterns, text: string, { place, next }: Readonly<Record<'place' | 'next', number>>): number {
  const first = text.charAt(place);
  for (const key of [first + text.charAt(next), first]) {
    const pattern = patterns.get(key);
    if (!pattern) continue;
    pattern.lastIndex = place;
    if (pattern.test(text)) return pattern.lastIndex;
  }
  return 0;
}

function withoutMatches(text: string, endAt: (place: number, next: number) => number): string {
  const parts: string[] = [];
  let kept = 0;
  for (let place = 0; place < text.length; ) {
    const run = backslashesAt(text, place);
    // In a row of backslashes a value can begin in one place only, or each of them would be looked at from each.
    if (run > MOST_BACKSLASHES) place += run - MOST_BACKSLASHES;
    const step = Math.max(1, Math.min(run, MOST_BACKSLASHES));
    const end = endAt(place, place + step);
    if (end > place) {
      parts.push(text.slice(kept, place), INSTEAD);
      kept = end;
      place = end;
    } else place += step;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(kept);
}

function backslashesAt(text: string, place: number): number {
  let end = place;
  while (text.charCodeAt(end) === BACKSLASH) end += 1;
  return end - place;
}
