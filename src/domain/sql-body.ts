/** Whether the words so far stand within a function's body in standard SQL, whose semicolons end nothing. */
export interface SqlBody {
  see(word: string, parentheses: number): void;
  isOpen(): boolean;
  reset(): void;
}

/** As psql does: it looks at the first words, and then counts BEGIN and CASE against END. */
export function trackBody(): SqlBody {
  let first: string[] = [];
  let depth = 0;
  return {
    see: (text, parentheses) => {
      const word = text.toLowerCase();
      if (first.length < 4) first.push(word);
      if (parentheses > 0 || !makesRoutine(first)) return;
      if (word === 'begin' || (word === 'case' && depth > 0)) depth++;
      if (word === 'end' && depth > 0) depth--;
    },
    isOpen: () => depth > 0,
    reset: () => {
      first = [];
      depth = 0;
    },
  };
}

function makesRoutine([create, ...rest]: readonly string[]): boolean {
  const [what] = rest[0] === 'or' && rest[1] === 'replace' ? rest.slice(2) : rest;
  return create === 'create' && (what === 'function' || what === 'procedure');
}
