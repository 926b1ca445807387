// How psql's lexer takes single bytes; those above 127 belong to words.

type ByteClass = 'space' | 'word' | 'digit' | 'name' | 'dash' | 'slash' | 'open' | 'close' | 'end' | 'other';

const CLASSES: readonly ByteClass[] = Array.from({ length: 256 }, (_, byte) => classOf(byte));

export function byteClass(byte: number): ByteClass {
  return CLASSES[byte] ?? 'other';
}

export function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Within a word; a dollar sign too. */
export function isWordByte(byte: number): boolean {
  return CLASSES[byte] === 'word' || isDigit(byte) || byte === 36;
}

/** Within the tag of a dollar quote. */
export function isTagByte(byte: number, isFirst: boolean): boolean {
  return CLASSES[byte] === 'word' || (!isFirst && isDigit(byte));
}

function classOf(byte: number): ByteClass {
  const letter = String.fromCharCode(byte);
  if (/[ \t\n\r\f\v]/.test(letter) && byte < 128) return 'space';
  if (/[A-Za-z_]/.test(letter) || byte >= 128) return 'word';
  if (isDigit(byte)) return 'digit';
  const marks: Record<string, ByteClass> = {
    '"': 'name',
    '-': 'dash',
    '/': 'slash',
    '(': 'open',
    ')': 'close',
    ';': 'end',
  };
  return marks[letter] ?? 'other';
}
