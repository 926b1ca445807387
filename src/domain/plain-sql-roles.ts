import { type SqlToken, skeletonOf, tokensOf } from './plain-sql-tokens.ts';

/** What a statement of a dump gives to roles, or takes from them. */
export interface RoleUse {
  /** `owner`: gives an object; `grant`: of rights, now or by default; `policy`: a rule for some; `session`: who grants. */
  readonly kind: 'owner' | 'grant' | 'policy' | 'session';
  /** As they are, without quotes. */
  readonly roles: readonly string[];
  /** Of an owner: where its name begins in the statement. */
  readonly at: number;
}

// No roles, though they stand where one would.
const KEYWORDS = new Set(['PUBLIC', 'CURRENT_USER', 'SESSION_USER', 'CURRENT_ROLE', 'DEFAULT']);

// Nothing but a kind, a name, what it takes and its owner: of two changes in one statement, the other would come along.
const NAME = '(""|[^\\s\'"(),;.]+)';
const OWNER = new RegExp(
  `^ALTER ([A-Z]+ ){1,4}?(\\d+|${NAME}( \\. ${NAME})*|(${NAME} \\. )*([^\\w\\s'"(),;.] ?)+)( \\( [^;()]*(\\( [^;()]*\\) [^;()]*)*\\))?( USING ${NAME})? OWNER TO ${NAME} ;$`,
);

/** Undefined: the statement names no role. */
export function roleUse(statement: string): RoleUse | undefined {
  if (!/^(ALTER|GRANT|REVOKE|CREATE POLICY|SET|RESET)\b/i.test(statement)) return undefined;
  const tokens = tokensOf(statement, 2 ** 16);
  const skeleton = skeletonOf(tokens);
  if (/^ALTER DEFAULT PRIVILEGES /.test(skeleton))
    return use('grant', [after(tokens, ['ROLE', 'USER']), grantees(tokens)]);
  if (OWNER.test(skeleton)) return use('owner', [tokens.slice(-2, -1)], tokens.at(-2)?.at);
  if (/^(GRANT|REVOKE) .* ON /.test(skeleton)) return use('grant', [grantees(tokens), after(tokens, ['BY'])]);
  if (/^CREATE POLICY /.test(skeleton)) return use('policy', [listBehind(tokens, ['TO'])]);
  if (/^(RE)?SET SESSION AUTHORIZATION /.test(skeleton)) return use('session', [after(tokens, ['AUTHORIZATION'])]);
  return undefined;
}

function use(kind: RoleUse['kind'], found: readonly (readonly SqlToken[])[], at = 0): RoleUse {
  const tokens = found.flat().filter(({ kind, value }) => kind === 'name' || !KEYWORDS.has(value));
  const names = tokens.filter(({ kind }) => kind === 'name' || kind === 'word').map(roleName);
  return { kind, roles: [...new Set(names)], at };
}

function roleName({ kind, raw }: SqlToken): string {
  return kind === 'name' ? raw.slice(1, -1).replaceAll('""', '"') : raw.toLowerCase();
}

function grantees(tokens: readonly SqlToken[]): SqlToken[] {
  const isRevoke = tokens.some(({ kind, value }) => kind === 'word' && value === 'REVOKE');
  return listBehind(tokens, [isRevoke ? 'FROM' : 'TO']);
}

/** The token behind the first of these words. */
function after(tokens: readonly SqlToken[], words: readonly string[]): SqlToken[] {
  const at = tokens.findIndex(({ kind, value }) => kind === 'word' && words.includes(value));
  return at < 0 ? [] : tokens.slice(at + 1, at + 2).filter(({ value }) => value !== ';');
}

/** The names with commas between them behind the last of these words. */
function listBehind(tokens: readonly SqlToken[], words: readonly string[]): SqlToken[] {
  const isMark = ({ kind, value }: SqlToken) => kind === 'word' && words.includes(value);
  // A policy's own expressions may hold such words too, a grant's none behind its list.
  const at = tokens[1]?.value === 'POLICY' ? tokens.findIndex(isMark) : tokens.findLastIndex(isMark);
  const found: SqlToken[] = [];
  for (let place = at + 1; at >= 0 && place < tokens.length; place += 2) {
    const [token, comma] = [tokens[place], tokens[place + 1]];
    const isGroup = token?.kind === 'word' && token.value === 'GROUP';
    const named = isGroup ? comma : token;
    if (named) found.push(named);
    if (isGroup) place++;
    if (tokens[place + 1]?.value !== ',') break;
  }
  return found;
}
