import { Buffer } from 'node:buffer';

/** Shorter values are removed only where they stand as a whole word: they are parts of other words. */
const WHOLE_WORD = 4;
/** Of a value in base64 at least so much has to be there to be known for it. */
const LEAST_BASE64 = 8;
const INSTEAD = '[secret]';

/**
 * Takes certain values out of texts: as they are, percent-encoded, escaped as in JSON, SQL and HTML, each sign in its own way, and
 * in base64, also as a part of something longer. Texts that hold no value stay as they are.
 */
export function openValueFilter(values: readonly string[]): (text: string) => string {
  const wanted = [...new Set(values)].filter((value) => value.trim() !== '').toSorted((a, b) => b.length - a.length);
  if (wanted.length === 0) return (text) => text;
  const forms = [...wanted.map(asWritten), ...wanted.flatMap(inBase64)];
  const pattern = new RegExp(forms.join('|'), 'gu');
  return (text) => text.replace(pattern, INSTEAD);
}

function asWritten(value: string): string {
  const written = Array.from(value, oneSign).join('');
  return [...value].length < WHOLE_WORD ? `(?<![\\p{L}\\p{N}_])${written}(?![\\p{L}\\p{N}_])` : written;
}

const BY_NAME: Readonly<Record<string, string>> = {
  ' ': '\\+',
  '"': '\\\\+"|&quot;',
  "'": "''|\\\\+'|&apos;",
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\\': '\\\\{2,}',
  '/': '\\\\+/',
  '\n': '\\\\+n',
  '\t': '\\\\+t',
};

/** The sign in each way in which it is written. */
function oneSign(sign: string): string {
  const percent = [...Buffer.from(sign)].map((byte) => `%(?:25)?${anyCase(byte.toString(16).padStart(2, '0'))}`);
  const units = Array.from({ length: sign.length }, (_, place) => sign.charCodeAt(place));
  const escaped = units.map((unit) => `\\\\+u${anyCase(unit.toString(16).padStart(4, '0'))}`);
  const entity = `&#(?:${sign.codePointAt(0)}|[xX]${anyCase((sign.codePointAt(0) ?? 0).toString(16))});`;
  const named = BY_NAME[sign];
  return `(?:${[...(named ? [named] : []), literal(sign), percent.join(''), escaped.join(''), entity].join('|')})`;
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** The part of a value's base64 that is the same whatever stands around it, for each of the three ways to be cut into groups. */
function inBase64(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const isOpen = (before + bytes.length) % 3 !== 0;
    const core = whole.slice(before === 0 ? 0 : before + 1, isOpen ? -1 : undefined);
    return core.length < LEAST_BASE64 ? [] : [core.replaceAll(/[+/]/g, (sign) => (sign === '+' ? '[+-]' : '[/_]'))];
  });
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
