import { expect, test } from 'vitest';
import { withoutSecrets } from '../../src/domain/without-secrets.ts';

test.each([
  ['postgres://app:pass@db.internal/x', 'postgres://[secret]@db.internal/x'],
  ['redis://:pa$$@cache:6379', 'redis://[secret]@cache:6379'],
  ['{"password":"a b","user":"x"}', '{"password":[secret],"user":"x"}'],
  ['DB_PASSWORD=hunter2 HOST=db', 'DB_PASSWORD=[secret] HOST=db'],
  ['?api_key=123&page=2', '?api_key=[secret]&page=2'],
  ['Authorization: Bearer abcdefgh.ijk', 'Authorization: [secret] [secret]'],
  ['token xoxb-123456789-abc', 'token [secret]'],
  ['key AKIAABCDEFGHIJKLMNOP', 'key [secret]'],
  ['jwt eyJhbGciOi.eyJzdWIi.c2ln', 'jwt [secret]'],
  ['status ok, 3 tokens left', 'status ok, 3 tokens left'],
  ['mail ada@example.com', 'mail ada@example.com'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});
