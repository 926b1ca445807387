import { Buffer } from 'node:buffer';

/** Shorter values are removed only where they stand as a whole word: they are parts of other words. */
const WHOLE_WORD = 4;
/** Of a value in base64 at least so much has to be there to be known for it. */
const LEAST_BASE64 = 8;
/** So many backslashes stand before a sign that was escaped four times over. */
export const MOST_BACKSLASHES = 16;

/** A way in which a value may stand in a text: what matches it, and the pairs of characters with which it begins. A row of backslashes is one. */
export interface ValueForm {
  readonly pattern: string;
  /** The second is undefined where it may be any. */
  readonly begins: readonly (readonly [first: string, second?: string])[];
}

interface Sign {
  readonly pattern: string;
  /** The first characters of all its writings. */
  readonly firsts: readonly string[];
  /** What it begins with as it is, with its second character where it has two. */
  readonly plain: string;
}

/** What begins an encoding, with what can follow; where that is missing, anything. */
const ENCODINGS: Readonly<Record<string, string | undefined>> = {
  '%': '0123456789abcdefABCDEF',
  '&': '#qalg',
  '\\': undefined,
  '+': undefined,
  "'": undefined,
};

/** Every way in which the value may be written. */
export function valueForms(value: string): ValueForm[] {
  return [asWritten(value), ...inBase64(value)];
}

function asWritten(value: string): ValueForm {
  // Backslashes in a row are one sign: each by itself, they would be tried in every combination.
  const signs = (value.match(/\\+|[^\\]/gu) ?? []).map(oneSign);
  const written = signs.map(({ pattern }) => pattern).join('');
  const isShort = [...value].length < WHOLE_WORD;
  const [first, second] = signs;
  const begins = first?.firsts.flatMap((unit): ValueForm['begins'] => {
    if (unit in ENCODINGS) return beginsEncoded(unit, first.plain);
    if (first.plain.length > 1) return [[unit, first.plain.charAt(1)]];
    return second ? second.firsts.map((next) => [unit, next]) : [[unit]];
  });
  return {
    pattern: isShort ? `(?<![\\p{L}\\p{N}_])${written}(?![\\p{L}\\p{N}_])` : written,
    begins: begins ?? [],
  };
}

function beginsEncoded(unit: string, plain: string): ValueForm['begins'] {
  const followers = unit === '\\' ? `u${SHORT_ESCAPES[plain] ?? ''}` : ENCODINGS[unit];
  return unit === plain || !followers ? [[unit]] : [...followers].map((next) => [unit, next]);
}

/** What stands behind the backslash. */
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '/': '/', '\n': 'n', '\t': 't' };

const ESCAPED = `\\\\{1,${MOST_BACKSLASHES}}`;
const BY_NAME: Readonly<Record<string, string>> = {
  ' ': '\\+',
  '"': `${ESCAPED}"|&quot;`,
  "'": `''|${ESCAPED}'|&apos;`,
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '/': `${ESCAPED}/`,
  '\n': `${ESCAPED}n`,
  '\t': `${ESCAPED}t`,
};

/** The sign, or the backslashes, in each way in which it is written. */
function oneSign(sign: string): Sign {
  if (sign.startsWith('\\')) return backslashes(sign.length);
  const named = BY_NAME[sign];
  const ways = [...(named ? [named] : []), literal(sign), ...encoded(sign)];
  const plain = sign.charAt(0);
  return {
    pattern: `(?:${ways.join('|')})`,
    firsts: [...new Set([plain, '%', '\\', '&', ...(sign === ' ' ? ['+'] : [])])],
    plain: sign,
  };
}

function backslashes(count: number): Sign {
  const most = Math.max(count, MOST_BACKSLASHES);
  const each = `(?:${encoded('\\').join('|')})`.repeat(count);
  return { pattern: `(?:\\\\{${count},${most}}|${each})`, firsts: ['\\', '%', '&'], plain: '\\' };
}

function encoded(sign: string): string[] {
  const code = sign.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(sign)].map((byte) => `%(?:25)?${anyCase(byte.toString(16).padStart(2, '0'))}`);
  const units = Array.from({ length: sign.length }, (_, place) => sign.charCodeAt(place));
  const escaped = units.map((unit) => `${ESCAPED}u${anyCase(unit.toString(16).padStart(4, '0'))}`);
  return [percent.join(''), escaped.join(''), `&#(?:${code}|[xX]${anyCase(code.toString(16))});`];
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** The part of a value's base64 that is the same whatever stands around it, for each of the three ways to be cut into groups. */
function inBase64(value: string): ValueForm[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const isOpen = (before + bytes.length) % 3 !== 0;
    const core = whole.slice(before === 0 ? 0 : before + 1, isOpen ? -1 : undefined);
    if (core.length < LEAST_BASE64) return [];
    const pattern = core.replaceAll(/[+/]/g, (sign) => (sign === '+' ? '[+-]' : '[/_]'));
    const begins = inAlphabets(core.charAt(0)).flatMap((first) =>
      inAlphabets(core.charAt(1)).map((second) => [first, second] as const),
    );
    return [{ pattern, begins }];
  });
}

function inAlphabets(sign: string): string[] {
  if (sign === '+') return ['+', '-'];
  return sign === '/' ? ['/', '_'] : [sign];
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
