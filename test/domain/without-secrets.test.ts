import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withoutErrorDetails } from '../../src/domain/without-error-details.ts';
import { SECRET_PATTERNS, withoutSecrets } from '../../src/domain/without-secrets.ts';

test.each([
  ['postgres://app:pass@db.internal/x', 'postgres://[secret]@db.internal/x'],
  ['postgres://app:p@ss@db.internal/x?a=b@c', 'postgres://[secret]@db.internal/x?a=b@c'],
  ['redis://:pa$$@cache:6379', 'redis://[secret]@cache:6379'],
  ['{"password":"a b","user":"x"}', '{"password":[secret],"user":"x"}'],
  ['DB_PASSWORD=hunter2 HOST=db', 'DB_PASSWORD=[secret] HOST=db'],
  ['{\\"token\\":\\"a b\\"}', '{\\"token\\":[secret]}'],
  ["ALTER ROLE app PASSWORD 'hunter2'", 'ALTER ROLE app PASSWORD [secret]'],
  ['pg --db-password hunter2 --yes', 'pg --db-password [secret] --yes'],
  ['https://hooks.slack.com/services/T0/B0/xyz', 'https://hooks.slack.com/[secret]'],
  ['with ghp_abcdefghijklmnopqrst', 'with [secret]'],
  ['?api_key=123&page=2', '?api_key=[secret]&page=2'],
  ['Authorization: Bearer abcdefgh.ijk', 'Authorization: [secret]'],
  ['token xoxb-123456789-abc', 'token [secret]'],
  ['key AKIAABCDEFGHIJKLMNOP', 'key [secret]'],
  ['jwt eyJhbGciOi.eyJzdWIi.c2ln', 'jwt [secret]'],
  ['{"said":"so\\nAKIAABCDEFGHIJKLMNOP\\neyJhbGciOi.eyJzdWIi.c2ln"}', '{"said":"so\\n[secret]\\n[secret]"}'],
  ['Cookie: theme=dark; connect.sid=s4mple', 'Cookie: [secret]'],
  ['{"set-cookie":["a=s4mple; Path=/","b=s4mple"],"x":1}', '{"set-cookie":[secret],"x":1}'],
  ['Authorization: ApiKey s4mple', 'Authorization: [secret]'],
  ['postgres://u:pa/s4mple@host/db?x=a@b', 'postgres://[secret]@host/db?x=a@b'],
  ['DB_PASSWORD=Xk9&s4mple,mm HOST=db', 'DB_PASSWORD=[secret] HOST=db'],
  ['DB_PASSWORD=Xk9;s4mple', 'DB_PASSWORD=[secret]'],
  ['password=<s4mple>', 'password=[secret]'],
  ['{"password":["a","s4mple"],"x":1}', '{"password":[secret],"x":1}'],
  ["ALTER ROLE x PASSWORD E's4m\\'ple' VALID", 'ALTER ROLE x PASSWORD [secret] VALID'],
  ['ALTER ROLE x PASSWORD $$s4mple$$ VALID', 'ALTER ROLE x PASSWORD [secret] VALID'],
  ['curl -u admin:s4mple https://x', 'curl -u admin:[secret] https://x'],
  ['redis AUTH s4MPLE', 'redis AUTH [secret]'],
  ['redis-cli -h x -a s4mple ping', 'redis-cli -h x -a [secret] ping'],
  ['ENCRYPTION_KEY=s4mple', 'ENCRYPTION_KEY=[secret]'],
  ['{"auth":"s4mple","jwt":"s4mple"}', '{"auth"=[secret],"jwt"=[secret]}'],
  ['jwt=s4mple', 'jwt=[secret]'],
  ['/blob?sv=1&sig=s4mple&se=2', '/blob?sv=1&sig=[secret]&se=2'],
  ['user?.password = "s4mple"', 'user?.password = [secret]'],
  ['-----BEGIN PRIVATE KEY-----\nMIIEs4mple\nnext line', '[secret]\nnext line'],
  ['Expecting: -----BEGIN PRIVATE KEY-----\nlistening on 3000', 'Expecting: [secret]\nlistening on 3000'],
  ['the session ended, its token expired', 'the session ended, its token expired'],
  ['AUTH failed for ada', 'AUTH failed for ada'],
  ['auth: user ada came in; docker run -u 1000:1000', 'auth: user ada came in; docker run -u 1000:1000'],
  ['http://localhost:3000/users/ada@example.com', 'http://localhost:3000/users/ada@example.com'],
  ['on disk-usage-of-more-than-half', 'on disk-usage-of-more-than-half'],
  ['status ok, 3 tokens left', 'status ok, 3 tokens left'],
  ['mail ada@example.com', 'mail ada@example.com'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

const WORST = [
  ...[
    '\\',
    '"',
    "'",
    '`',
    ' ',
    '\t',
    '\n',
    '-',
    '(',
    '[',
    '{',
    '<',
    ':',
    '=',
    '&',
    '$',
    '%',
    'a',
    'A',
    '9',
    'a=',
    '--a',
    '; a',
  ],
  ...[
    'pass',
    'password ',
    'password=',
    'password="',
    "password='",
    'password\\',
    'password=<',
    'password=[',
    '?token',
    '&a.',
  ],
  ...['-----BEGIN PRIVATE KEY-----', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----\nab\n', `${'a'.repeat(20)}\n`, '\\n'],
  ...['a://', 'a://b:', 'a://b:c@', 'a%3A%2F%2F', 'eyJ-', 'eyJa.', 'SG.', 'sk-', '$argon2id$', 'SCRAM-SHA-256$1:a'],
  ...[
    'cookie: ',
    'cookie:"',
    'authorization',
    'bearer ',
    '<token>',
    '<token',
    "password E'",
    'password $$',
    'password $a$',
  ],
  ...['redis-cli ', 'mysql ', 'AUTH a', '-u a', '--user ', 'A_KEY="', '_KEY=', 'A_', 'auth:"', 'jwt=', 'xoxb-', 'md5a'],
  ...[
    'DETAIL: ',
    'Key (',
    'Key (a)=(',
    'Failing row contains (',
    'detail: Some( ',
    'detail: "',
    '"detail\\":\\"',
    'values: [',
  ],
  ...[
    'insert into a values (',
    'insert into ',
    'Invalid `a` invocation {',
    'Invalid `',
    'COPY a, line 1',
    'LINE 1: ',
    'value "',
  ],
  ...[
    'LOG:  execute a',
    'out of range: "',
    'context":"COPY \\',
    'invalid input value for enum a',
    'where: `',
    "hint: '\\",
  ],
].flatMap((unit) => [
  unit.repeat(100_000 / unit.length),
  `password=detail: Some(${unit.repeat(100_000 / unit.length)}`,
]);

test('no text of 100 KB keeps a pattern busy, whatever stands in it', () => {
  const slow = WORST.filter((text) => {
    const startedMs = performance.now();
    withoutSecrets(text);
    withoutErrorDetails(text);
    return performance.now() - startedMs > 1_000;
  });
  expect(slow.map((text) => text.slice(0, 60))).toEqual([]);
}, 60_000);

test('docs/support.md lists every pattern, and no other', () => {
  const page = readFileSync(new URL('../../docs/support.md', import.meta.url), 'utf8');
  const [, list = ''] = /<!-- The patterns of .*-->\n\n((?:- .*\n)+)/.exec(page) ?? [];
  expect(list.trim().split('\n')).toEqual(SECRET_PATTERNS.map(({ what }) => `- ${what}`));
});
