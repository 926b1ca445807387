import { clipped } from './clipped.ts';

const SHOWN = 300;

/** String constants with doubled quotes, E'' with backslashes, $tag$…$tag$, and ones that were cut off before their end. */
const STRINGS =
  /\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|(?:\b[bBxXnN]|\b[uU]&)?'(?:[^']|'')*(?:'|$)|\$(?<tag>(?:[A-Za-z_]\w*)?)\$[\s\S]*?(?:\$\k<tag>\$|$)/;
const QUOTED_NAME = /"(?:[^"]|"")*(?:"|$)/;
const COMMENTS = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/;
/** Not a part of a name, and not a parameter such as `$1`. */
const NUMBERS = /(?<![\w$.])[-+]?(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][-+]?\d+)?)(?!\w)/;

const PIECES = new RegExp(
  `(?<comment>${COMMENTS.source})|(?<name>${QUOTED_NAME.source})|(?<string>${STRINGS.source})|(?<number>${NUMBERS.source})`,
  'g',
);

/** A statement on one line without what its author put into it: values become `?`, comments go; clipped. */
export function withoutValues(statement: string, most = SHOWN): string {
  const bare = statement
    .replaceAll(PIECES, (piece, ...rest) => {
      const found = rest.at(-1) as Record<'comment' | 'name', string | undefined>;
      if (found.name !== undefined) return piece;
      return found.comment === undefined ? '?' : ' ';
    })
    .replaceAll(/\s+/g, ' ')
    .trim();
  return clipped(bare, most);
}
