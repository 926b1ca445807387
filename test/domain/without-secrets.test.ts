import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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
  ['Authorization: Bearer abcdefgh.ijk', 'Authorization: [secret] [secret]'],
  ['token xoxb-123456789-abc', 'token [secret]'],
  ['key AKIAABCDEFGHIJKLMNOP', 'key [secret]'],
  ['jwt eyJhbGciOi.eyJzdWIi.c2ln', 'jwt [secret]'],
  ['{"said":"so\\nAKIAABCDEFGHIJKLMNOP\\neyJhbGciOi.eyJzdWIi.c2ln"}', '{"said":"so\\n[secret]\\n[secret]"}'],
  ['on disk-usage-of-more-than-half', 'on disk-usage-of-more-than-half'],
  ['status ok, 3 tokens left', 'status ok, 3 tokens left'],
  ['mail ada@example.com', 'mail ada@example.com'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

test('docs/support.md lists every pattern, and no other', () => {
  const page = readFileSync(new URL('../../docs/support.md', import.meta.url), 'utf8');
  const [, list = ''] = /<!-- The patterns of .*-->\n\n((?:- .*\n)+)/.exec(page) ?? [];
  expect(list.trim().split('\n')).toEqual(SECRET_PATTERNS.map(({ what }) => `- ${what}`));
});
