import { StringDecoder } from 'node:string_decoder';
import { cutLine } from '../domain/cut-line.ts';

/** The rest of a longer line is left out, and it says so. */
const MOST_CHARACTERS = 16_384;

/** Cuts bytes into lines, holding one at most. `skipFirst`: the bytes begin in the middle of a line. */
export function lineCutter(take: (line: string) => void, { skipFirst = false } = {}) {
  const decoder = new StringDecoder('utf8');
  const state = { line: '', isSkipped: skipFirst };
  const grow = (text: string) => {
    // One more than is kept, to know that there was more.
    if (state.line.length <= MOST_CHARACTERS) state.line += text.slice(0, MOST_CHARACTERS + 1 - state.line.length);
  };
  const close = () => {
    const line = state.line.endsWith('\r') ? state.line.slice(0, -1) : state.line;
    if (!state.isSkipped && state.line !== '') take(cutLine(line, MOST_CHARACTERS));
    state.line = '';
    state.isSkipped = false;
  };
  return {
    push: (bytes: Buffer) => {
      const pieces = decoder.write(bytes).split('\n');
      for (const [place, piece] of pieces.entries()) {
        if (place > 0) close();
        grow(piece);
      }
    },
    /** What stands behind the last line break. */
    end: close,
  };
}
