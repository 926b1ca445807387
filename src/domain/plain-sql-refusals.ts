import type { SqlPiece } from './plain-sql-scanner.ts';
import { type SqlToken, skeletonOf, tokensOf } from './plain-sql-tokens.ts';

// A dump from elsewhere is a program. What pg_dump writes is known, and nothing else passes.

const OBJECT =
  '(SCHEMA|(UNLOGGED )?TABLE|SEQUENCE|VIEW|RECURSIVE VIEW|MATERIALIZED VIEW|(UNIQUE )?INDEX|TYPE|DOMAIN|FUNCTION|PROCEDURE|AGGREGATE|(CONSTRAINT )?TRIGGER|RULE|POLICY|EXTENSION|STATISTICS|COLLATION|CAST|OPERATOR|(DEFAULT )?CONVERSION|TEXT SEARCH|PUBLICATION|CONSTRAINT|COLUMN|DEFAULT PRIVILEGES|LARGE OBJECT)';
const SETTING =
  '(STATEMENT_TIMEOUT|LOCK_TIMEOUT|IDLE_IN_TRANSACTION_SESSION_TIMEOUT|TRANSACTION_TIMEOUT|CLIENT_ENCODING|STANDARD_CONFORMING_STRINGS|CHECK_FUNCTION_BODIES|XMLOPTION|CLIENT_MIN_MESSAGES|ROW_SECURITY|DEFAULT_TABLESPACE|DEFAULT_TABLE_ACCESS_METHOD|DEFAULT_WITH_OIDS|SEARCH_PATH|ESCAPE_STRING_WARNING)';
const NAME = '(""|[^\\s\'"(),;.]+)';
const LITERAL = "((- )?[\\w.]+|''|'' : : REGCLASS|(PG_CATALOG \\. )?LO_OPEN \\( '' , \\w+ \\))";

const WRITTEN: readonly RegExp[] = [
  new RegExp(`^SET ${SETTING} (=|TO) `),
  new RegExp(
    `^SELECT (PG_CATALOG \\. )?(SETVAL|LO_CREATE|LO_OPEN|LOWRITE|LO_CLOSE|LO_UNLINK|LO_PUT) \\(( ${LITERAL} ,)* ${LITERAL} \\) ;`,
  ),
  /^SELECT PG_CATALOG \. SET_CONFIG \( '' , '' , FALSE \) ;/,
  /^SELECT \* FROM PG_CATALOG \. PG_RESTORE_(RELATION|ATTRIBUTE)_STATS \(/,
  new RegExp(`^CREATE (OR REPLACE )?${OBJECT} `),
  new RegExp(`^(ALTER|DROP) ${OBJECT} `),
  new RegExp(`^COMMENT ON ${OBJECT} `),
  new RegExp(`^COPY ${NAME}( \\. ${NAME})? (\\( ${NAME}( , ${NAME})* \\) )?FROM STDIN ;$`),
  /^REFRESH MATERIALIZED VIEW /,
  /^(GRANT|REVOKE) .* ON /,
  /^(BEGIN|COMMIT) ;$/,
];

/** What is known to do harm, in words; the first that fits. */
const KNOWN: readonly [RegExp, string][] = [
  [/^(CREATE|DROP|ALTER) DATABASE /, 'it makes, changes or drops a database'],
  [/^COMMENT ON DATABASE |^(GRANT|REVOKE) .* ON DATABASE /, 'it changes a database'],
  [/^(CREATE|ALTER|DROP) (SERVER|FOREIGN|USER MAPPING|SUBSCRIPTION) /, 'it reaches other servers'],
  [/^(CREATE|ALTER|DROP) (ROLE|USER|GROUP) |^(REASSIGN|DROP) OWNED /, 'it makes, changes or drops a role'],
  [/^(RE)?SET (SESSION |LOCAL )?(ROLE|SESSION AUTHORIZATION) /, 'it takes on another role'],
  [/^COPY .* PROGRAM ''/, 'it runs a program on the database’s server'],
  [/^COPY .* (FROM|TO) ''/, 'it reads or writes a file on the database’s server'],
  [/^COPY /, 'pg_dump copies from stdin alone'],
  [/^LOAD /, 'it loads a library into the database’s server'],
  [/^ALTER SYSTEM /, 'it changes the server’s settings'],
  [/^(CREATE|ALTER|DROP) EVENT TRIGGER /, 'it runs whenever anybody changes a table'],
  [/^(CREATE|ALTER|DROP) (OR REPLACE )?(TRUSTED )?(PROCEDURAL )?LANGUAGE /, 'it brings a language'],
  [/^(CREATE|ALTER|DROP) TABLESPACE /, 'it places files on the database’s server'],
  [/^DO |^CALL |^SELECT |^WITH /, 'it runs code, which pg_dump does not write'],
  [/^SET |^RESET /, 'pg_dump does not write this setting'],
];

const UNSAFE_ENCODING =
  /^SET CLIENT_ENCODING (=|TO) '?(SJIS|SHIFT_JIS|BIG5|GBK|UHC|GB18030|JOHAB|MSKANJI|WIN932|WIN936|WIN949|WIN950)/;

/**
 * Why a piece of a plain dump from elsewhere is refused, in a sentence; undefined: pg_dump writes such. What goes on with a
 * statement was judged with its beginning.
 */
export function refusalOf(piece: SqlPiece): string | undefined {
  const [oddity] = piece.oddities;
  if (oddity) return `Line ${piece.line} has ${oddity}, which pg_dump does not write.`;
  if (piece.kind === 'command') return commandRefusal(piece);
  if (piece.kind === 'rest') return `Line ${piece.line} begins a statement that does not end: “${shown(piece.text)}”.`;
  if (piece.kind !== 'statement' || piece.goesOn || piece.text === ';') return undefined;
  const why = statementRefusal(piece.text);
  return why && `Line ${piece.line} is refused, for ${why}: “${shown(piece.text)}”.`;
}

function commandRefusal({ text, line }: SqlPiece): string | undefined {
  if (/^\\(un)?restrict [A-Za-z0-9]+$/.test(text) || text === '\\.') return undefined;
  return `Line ${line} is refused, for it is a command to psql, which could run any program: “${shown(text)}”.`;
}

function statementRefusal(text: string): string | undefined {
  if (/^INSERT INTO /i.test(text)) return undefined; // There may be millions.
  const isJudgedWhole = /^(COPY|SELECT)\b/i.test(text);
  const tokens = tokensOf(text, isJudgedWhole ? text.length : undefined);
  const skeleton = skeletonOf(tokens);
  const known = KNOWN.find(([pattern]) => pattern.test(skeleton))?.[1];
  if (!WRITTEN.some((pattern) => pattern.test(skeleton))) return known ?? 'pg_dump does not write this';
  if (/^(CREATE|ALTER|DROP|COMMENT ON|GRANT|REVOKE)/.test(skeleton) && known) return known;
  return settingRefusal(skeleton, tokens) ?? routineRefusal(skeleton);
}

function settingRefusal(skeleton: string, tokens: readonly SqlToken[]): string | undefined {
  const values = tokens.map(({ raw }) => raw.toUpperCase());
  const plain = values.join(' ');
  if (/^SET STANDARD_CONFORMING_STRINGS/.test(skeleton) && !/ '?ON'? ;$/.test(plain))
    return 'it changes how texts are read';
  if (UNSAFE_ENCODING.test(plain)) return 'a text in this encoding can be read in two ways';
  if (/^SELECT PG_CATALOG \. SET_CONFIG/.test(skeleton) && values[5] !== "'SEARCH_PATH'")
    return 'pg_dump does not write this setting';
  return undefined;
}

function routineRefusal(skeleton: string): string | undefined {
  if (!/^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) /.test(skeleton)) return undefined;
  const [, language] = / LANGUAGE (\S+)/.exec(skeleton) ?? [];
  return language === 'SQL' || language === 'PLPGSQL' ? undefined : 'its language is neither SQL nor PL/pgSQL';
}

function shown(text: string): string {
  const words = text.replace(/\s+/g, ' ');
  return words.length > 60 ? `${words.slice(0, 60)}…` : words;
}
