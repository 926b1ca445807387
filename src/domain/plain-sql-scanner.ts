import { byteClass, isDigit, isTagByte, isWordByte } from './plain-sql-bytes.ts';
import { isCopyIn } from './plain-sql-tokens.ts';
import { trackBody } from './sql-body.ts';

/** A part of a plain dump as psql would cut it. */
export interface SqlPiece {
  /**
   * `statement`: with its semicolon and the comments before it; `command`: a psql command, to the end of its line; `data`:
   * of a COPY from stdin, in parts, the last with its closing line; `blank`: comments; `rest`: what no semicolon ended.
   */
  readonly kind: 'statement' | 'command' | 'data' | 'blank' | 'rest';
  /** As they stand in the dump: all pieces together are the dump. */
  readonly bytes: Buffer;
  /** Where it begins, from 1. */
  readonly line: number;
  /**
   * Of a statement or command: without comments, white space as one blank; the first 256 KiB, of an INSERT INTO the first
   * words. Empty in what goes on.
   */
  readonly text: string;
  /** Whether it goes on with what the piece before it began: a statement of more than 1 MiB, or data. */
  readonly goesOn: boolean;
  /** Where psql's versions, or psql and the server, may read something else than this scanner: pg_dump writes none of it. */
  readonly oddities: readonly string[];
}

/** Cuts a plain dump into pieces, with flat memory whatever is in it. */
export interface SqlScanner {
  push(chunk: Uint8Array): SqlPiece[];
  /** What is left at the end. Data that nothing closed ends as data. */
  end(): SqlPiece[];
}

const LONG_BYTES = 2 ** 20;
/** Of a COPY with as many columns as there may be. */
const TEXT_LENGTH = 2 ** 18;
/** Of a row by itself, which there may be millions of, no more is looked at. */
const ROW = 'INSERT INTO ';
const ROW_LENGTH = 64;
/** Enough to know a statement by. */
const HEAD_LENGTH = 4096;
/** Longer than any name or tag: what is longer is taken as it comes. */
const WORD_BYTES = 2 ** 14;
const WAIT = -1;
const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 39;
const BACKSLASH = 92;
const DOLLAR = 36;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

type State = 'code' | 'string' | 'escaped' | 'name' | 'dollar' | 'line comment' | 'comment' | 'copy' | 'data';

export function openSqlScanner(): SqlScanner {
  let buffer: Buffer = Buffer.alloc(0);
  let begin = 0; // Of the piece under way.
  let at = 0;
  let isFinal = false;
  let isStart = true;
  let state: State = 'code';
  let pieces: SqlPiece[] = [];
  let lines = 1;
  let line = 0; // Of the statement's first word; 0: there is none yet.
  let text = '';
  let limit = TEXT_LENGTH;
  let goesOn = false;
  let oddities: string[] = [];
  let parentheses = 0;
  let comments = 0;
  let tag = '';
  let isConforming = true;
  let isLineBegin = true;
  let ended: { mode: State; hasNewline: boolean } | undefined; // A string that may go on in the next line.
  const body = trackBody();

  const byteAt = (place: number) => buffer[place] ?? 0;
  const odd = (what: string) => {
    if (!oddities.includes(what)) oddities.push(what);
  };
  const say = (from: number, to: number) => {
    if (line === 0) line = lines + newlines(buffer, begin, from);
    if (text.length >= limit) return;
    text += buffer.toString('latin1', from, Math.min(to, from + limit));
    if (limit === TEXT_LENGTH && text.length > ROW.length && text.slice(0, ROW.length).toUpperCase() === ROW)
      limit = ROW_LENGTH;
  };
  const space = () => {
    if (text.length < limit && text !== '' && text.at(-1) !== ' ') text += ' ';
  };
  const emit = (kind: SqlPiece['kind'], to: number) => {
    const bytes = buffer.subarray(begin, to);
    const words = goesOn ? '' : Buffer.from(text, 'latin1').toString().trim();
    pieces.push({ kind, bytes, line: line || lines, text: words, goesOn, oddities });
    lines += newlines(buffer, begin, to);
    begin = to;
    text = '';
    limit = TEXT_LENGTH;
    oddities = [];
    line = 0;
    return words;
  };

  /** Ends the statement behind its semicolon. */
  function endStatement(to: number): number {
    const wasLong = goesOn;
    const words = emit('statement', to);
    goesOn = false;
    body.reset();
    if (!wasLong && isCopyIn(words)) state = 'copy';
    const [, conforming] =
      /^SET (?:SESSION |LOCAL )?standard_conforming_strings (?:=|TO) '?(\w+)'? ?;$/i.exec(words) ?? [];
    if (conforming) isConforming = !/^(off|false|no|0)$/i.test(conforming);
    return to;
  }

  function code(): number {
    const byte = byteAt(at);
    const kind = byteClass(byte);
    if (kind === 'space') {
      if (ended && (byte === NEWLINE || byte === RETURN)) ended.hasNewline = true;
      space();
      return at + 1;
    }
    if (byte === QUOTE) return openString(at, isConforming ? 'string' : 'escaped');
    const next = at + 1 < buffer.length || isFinal;
    if (kind === 'dash' || kind === 'slash') {
      if (!next) return WAIT;
      if (kind === 'dash' && byteAt(at + 1) === byte) return enter('line comment', at + 2);
      ended = undefined;
      if (kind === 'slash' && byteAt(at + 1) === 42) {
        comments = 1;
        return enter('comment', at + 2);
      }
    }
    ended = undefined;
    if (kind === 'word') return word();
    if (kind === 'digit') return number();
    if (byte === DOLLAR) return dollar();
    if (byte === BACKSLASH) return command();
    say(at, at + 1);
    if (kind === 'name') return enter('name', at + 1);
    if (kind === 'open') parentheses++;
    if (kind === 'close' && parentheses > 0) parentheses--;
    if (kind === 'end' && parentheses === 0 && !body.isOpen()) return endStatement(at + 1);
    if (byte === 0) odd('a NUL byte');
    return at + 1;
  }

  function enter(to: State, place: number): number {
    state = to;
    return place;
  }

  function openString(place: number, mode: State): number {
    if (ended?.hasNewline) odd('a text in quotes that goes on in the next line');
    const continued = ended?.hasNewline ? ended.mode : mode;
    ended = undefined;
    say(place, place + 1);
    return enter(continued, place + 1);
  }

  function word(): number {
    let end = at + 1;
    while (end < buffer.length && isWordByte(byteAt(end))) end++;
    if (end === buffer.length && !isFinal && end - at < WORD_BYTES) return WAIT;
    if (end - at >= WORD_BYTES) odd('a word without end');
    const isEscape = end - at === 1 && (byteAt(at) | 32) === 101 && byteAt(end) === QUOTE;
    say(at, end);
    body.see(buffer.toString('latin1', at, Math.min(end, at + 64)), parentheses);
    return isEscape ? openString(end, 'escaped') : end;
  }

  function number(): number {
    let end = at + 1;
    while (end < buffer.length && (isDigit(byteAt(end)) || byteAt(end) === 46)) end++;
    if (end + 3 > buffer.length && !isFinal && end - at < WORD_BYTES) return WAIT;
    const tail = buffer.toString('latin1', end, end + 3);
    const power = /^e[-+]?\d/i.exec(tail)?.[0].length ?? 0;
    if (power === 0 && isWordByte(byteAt(end)) && byteAt(end) !== DOLLAR) odd('a number that a letter follows');
    say(at, end + power);
    return end + power;
  }

  function dollar(): number {
    let end = at + 1;
    while (end < buffer.length && isTagByte(byteAt(end), end === at + 1) && end - at < WORD_BYTES) end++;
    if (end === buffer.length && !isFinal) return WAIT;
    if (byteAt(end) !== DOLLAR || end >= buffer.length) {
      say(at, at + 1);
      return at + 1;
    }
    tag = buffer.toString('latin1', at, end + 1);
    say(at, end + 1);
    return enter('dollar', end + 1);
  }

  /** A psql command, wherever it stands. */
  function command(): number {
    const found = buffer.indexOf(NEWLINE, at);
    if (found < 0 && !isFinal && buffer.length - at < LONG_BYTES) return WAIT;
    const end = found < 0 ? buffer.length : found + 1;
    if (line !== 0 || goesOn) {
      odd('a psql command within a statement');
      emit('statement', at);
      goesOn = false;
    }
    say(at, end);
    emit('command', end);
    return end;
  }

  /** Behind what ends a quoted thing, or to the buffer's end. */
  function quoted(quote: number): number {
    const found = buffer.indexOf(quote, at);
    const end = found < 0 ? buffer.length : found;
    if (found < 0 || (found + 1 === buffer.length && !isFinal)) {
      say(at, end);
      return found < 0 ? end : waitAt(found);
    }
    const isDouble = byteAt(found + 1) === quote;
    say(at, found + (isDouble ? 2 : 1));
    if (!isDouble) close('string');
    return found + (isDouble ? 2 : 1);
  }

  function waitAt(place: number): number {
    at = place;
    return WAIT;
  }

  function close(mode: State): void {
    ended = state === 'name' ? undefined : { mode, hasNewline: false };
    state = 'code';
  }

  function escaped(): number {
    let place = at;
    while (place < buffer.length && byteAt(place) !== QUOTE && byteAt(place) !== BACKSLASH) place++;
    say(at, place);
    if (place === buffer.length) return place;
    if (place + 1 === buffer.length && !isFinal) return waitAt(place);
    const takesTwo = byteAt(place) === BACKSLASH || byteAt(place + 1) === QUOTE;
    const end = Math.min(place + (takesTwo ? 2 : 1), buffer.length);
    say(place, end);
    if (!takesTwo) close('escaped');
    return end;
  }

  function inDollar(): number {
    const found = buffer.indexOf(tag, at, 'latin1');
    if (found >= 0) {
      say(at, found + tag.length);
      return enter('code', found + tag.length);
    }
    const end = isFinal ? buffer.length : Math.max(at, buffer.length - tag.length + 1);
    say(at, end);
    return end === at ? WAIT : end;
  }

  function lineComment(): number {
    let end = at;
    while (end < buffer.length && byteAt(end) !== NEWLINE && byteAt(end) !== RETURN) end++;
    if (end < buffer.length) {
      state = 'code';
      space();
    }
    return end;
  }

  function comment(): number {
    for (let place = at; place + 1 < buffer.length; place++) {
      const [first, second] = [byteAt(place), byteAt(place + 1)];
      const change = first === 47 && second === 42 ? 1 : first === 42 && second === 47 ? -1 : 0;
      if (change === 0) continue;
      comments += change;
      place++;
      if (comments > 0) continue;
      space();
      return enter('code', place + 1);
    }
    // The last byte alone may be half of a mark, but not of one that was counted.
    return isFinal ? buffer.length : waitInComment();
  }

  function waitInComment(): number {
    const last = byteAt(buffer.length - 1);
    const keeps = (last === 42 || last === 47) && buffer.length - 1 >= at;
    return buffer.length - 1 > at ? buffer.length - (keeps ? 1 : 0) : WAIT;
  }

  /** What stands behind a COPY in its line. */
  function copy(): number {
    const found = buffer.indexOf(NEWLINE, at);
    if (found < 0 && !isFinal && buffer.length - at < LONG_BYTES) return WAIT;
    const end = found < 0 ? buffer.length : found + 1;
    if (/\S/.test(buffer.toString('latin1', at, end))) odd('something behind a COPY in its line');
    isLineBegin = true;
    return enter('data', end);
  }

  function data(): number {
    const closing = closingLine();
    if (closing === WAIT) return WAIT;
    if (closing !== undefined) {
      emitData(closing);
      goesOn = false;
      return enter('code', closing);
    }
    const found = buffer.indexOf('\n\\.', at, 'latin1');
    const edge = isFinal ? buffer.length : Math.max(at, buffer.length - 2);
    const end = found < 0 ? edge : found + 1;
    if (end === at) return WAIT;
    isLineBegin = byteAt(end - 1) === NEWLINE;
    emitData(end);
    return end;
  }

  /** Behind the line `\.`, where that is the next one; undefined: it is not. */
  function closingLine(): number | undefined {
    if (!isLineBegin) return undefined;
    if (buffer.length - at < 4 && !isFinal && !buffer.subarray(at).equals(Buffer.from('\\.\n'))) {
      return '\\.\r'.startsWith(buffer.toString('latin1', at)) ? WAIT : undefined;
    }
    const end = /^\\\.(\r?\n|$)/.exec(buffer.toString('latin1', at, at + 4))?.[0].length;
    if (end === undefined) isLineBegin = false;
    return end === undefined ? undefined : at + end;
  }

  function emitData(to: number): void {
    if (buffer.subarray(begin, to).includes(0)) odd('a NUL byte');
    emit('data', to);
    goesOn = true;
  }

  const steps: Record<State, () => number> = {
    code,
    string: () => quoted(QUOTE),
    name: () => quoted(34),
    escaped,
    dollar: inDollar,
    'line comment': lineComment,
    comment,
    copy,
    data,
  };

  /** Lets go of what is long, once it is known what it is. */
  function flush(): void {
    if (line === 0 && !goesOn) {
      emit('blank', at);
      return;
    }
    if (!goesOn && text.length < Math.min(limit, HEAD_LENGTH)) odd('a comment of more than 1 MiB within a statement');
    emit('statement', at);
    goesOn = true;
  }

  function scan(): SqlPiece[] {
    if (isStart && (buffer.length >= BOM.length || isFinal)) {
      isStart = false;
      if (buffer.subarray(0, BOM.length).equals(BOM)) begin = at = BOM.length;
    }
    while (!isStart && at < buffer.length) {
      const next = steps[state]();
      if (next === WAIT) break;
      at = next;
      if (at - begin > LONG_BYTES && state !== 'data') flush();
    }
    const found = pieces;
    pieces = [];
    buffer = buffer.subarray(begin);
    at -= begin;
    begin = 0;
    return found;
  }

  return {
    push: (chunk) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      buffer = buffer.length === 0 ? bytes : Buffer.concat([buffer, bytes]);
      return scan();
    },
    end: () => {
      isFinal = true;
      const found = scan();
      if (buffer.length === 0) return found;
      emit(state === 'data' ? 'data' : line === 0 && !goesOn && state === 'code' ? 'blank' : 'rest', buffer.length);
      return [...found, ...pieces.splice(0)];
    },
  };
}

function newlines(buffer: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = buffer.indexOf(NEWLINE, from); at >= 0 && at < to; at = buffer.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
