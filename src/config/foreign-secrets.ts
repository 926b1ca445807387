/** Names of variables that are not ours, whose values are secrets: PGPASSWORD, DB_PASS, SMTP_AUTH. */
const SECRET_NAME = /(?:PASS(?:WORD|WD|PHRASE)?|_PWD|SECRET|TOKEN|_KEY|APIKEY|CREDENTIALS?|_AUTH)(?:_?\d{1,3})?$/i;
/** Names that only speak of one, such as TOKEN_ISSUER: what is short there hardly is any. */
const PERHAPS_NAME = /PASS|SECRET|TOKEN|CREDENTIAL/i;
const LEAST_PERHAPS = 6;
/** Words and small numbers that switch something; taken out as secrets, they would be missed everywhere. */
const SWITCH =
  /^(?:\d{1,3}|true|false|yes|no|on|off|none|null|auto|default|required|optional|enabled|disabled|plain|login|basic)$/i;

/** What of a variable that is not ours nobody may see. */
export function foreignSecrets(name: string, value: string): string[] {
  if (SWITCH.test(value)) return [];
  const isSecret = SECRET_NAME.test(name) && !/^(?:OLD)?PWD$/i.test(name);
  if (isSecret || (PERHAPS_NAME.test(name) && value.length >= LEAST_PERHAPS)) return [value, ...passwordsIn(value)];
  return passwordsIn(value);
}

/** The passwords in addresses and in connection strings: as written, decoded, and together with their user, as logins send them. */
export function passwordsIn(value: string): string[] {
  const addresses = value.match(/[a-z][\w+.-]{0,30}:\/\/[^\s"'<>]+/gi) ?? [];
  const found = [...addresses.flatMap(inAddress), ...inPairs(value), ...beforeHost(value)].filter(Boolean);
  return [...new Set(found)];
}

function inAddress(address: string): string[] {
  const [, user = '', upToPath = '', upToLast = ''] =
    /^[\w+.-]+:\/\/([^/?#:@]*):(?:([^/?#]*)@)?(?:(?!\d{1,5}[/?#])(.*)@)?/.exec(address) ?? [];
  const password = URL.parse(address)?.password ?? '';
  return [password, upToPath, upToLast].filter(Boolean).flatMap((one) => withUser(decoded(user), one));
}

function withUser(user: string, password: string): string[] {
  return [password, decoded(password), `${user}:${decoded(password)}`];
}

/** `password=…` as libpq, JDBC, .NET and queries have it; a value without quotes ends in two ways, by whose rules is not known. */
function inPairs(value: string): string[] {
  const pairs =
    /(?:^|[?&;,\s])[\w ]{0,20}(?:password|passwd|pwd|passphrase|secret|token|key)\s{0,4}=\s{0,4}(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|(\S+))/gi;
  return [...value.matchAll(pairs)].flatMap(([, single, double, bare = '']) => {
    const quoted = single?.replace(/\\(.)/g, '$1') ?? double ?? '';
    const [part = ''] = bare.split(/[&;,]/);
    return [quoted, ...[part, bare].flatMap((one) => [one, decoded(one)])];
  });
}

/** `user:password@tcp(db:3306)/x` as Go has it, and `user:password@host`. */
function beforeHost(value: string): string[] {
  const [, user = '', password = ''] = /^([^\s:@/]{1,100}):([^\s]+)@(?:\w+\(|[\w.-]+(?:[:/]|$))/.exec(value) ?? [];
  return password && !password.startsWith('//') ? withUser(user, password) : [];
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
