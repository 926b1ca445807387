import type { Paper } from './paper.ts';

// Data is drawn, never obeyed: a name may hold escape sequences, line breaks, and characters that turn the line around.

const CONTROLS = /[\p{Cc}\u2028\u2029]/gu;
/** Marks, embeddings, overrides and isolates: they change the direction of what follows. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** A run of letters written from right to left, with single spaces and points between them. */
const RIGHT_TO_LEFT = (() => {
  const letter = '[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}]';
  return new RegExp(`${letter}(?:[^\\S\\n]?[\\p{P}\\p{N}]*[^\\S\\n]?${letter})*`, 'gu');
})();

/** The text on one line, with every control character as a sign that shows it. */
export function visible(text: string): string {
  return text.toWellFormed().replaceAll(CONTROLS, sign).replaceAll(TURNS, codeName);
}

/** The same for a text that may have several lines. */
export function visibleLines(text: string): string[] {
  return text.split(/\r?\n/).map(visible);
}

/** U+001B as `␛`; those above U+007F have no picture of their own. */
function sign(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : codeName(character);
}

function codeName(character: string): string {
  return `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** Keeps right-to-left words from turning what stands beside them. Widths are counted before: the isolates have none. */
export function isolated(text: string, paper: Paper): string {
  return paper.isTerminal ? text.replaceAll(RIGHT_TO_LEFT, (run) => `\u2068${run}\u2069`) : text;
}

/** A cell that a spreadsheet would take for a formula, made plain text; a sign alone or before a number is none. */
export function inert(cell: string): string {
  return /^[=+\-@\t\r＝＋－＠]/.test(cell) && !/^[+-]?[\d.,\s]*$/.test(cell) ? `'${cell}` : cell;
}
