import { expect, test } from 'vitest';
import { withoutErrorDetails } from '../../src/domain/without-error-details.ts';

test.each([
  ['DETAIL:  Key (email)=(ada@example.com) already exists.', 'DETAIL: [left out]'],
  ['12:00 UTC [7] CONTEXT:  SQL function\n\tgoes on\n12:01 UTC', '12:00 UTC [7] CONTEXT: [left out]\n12:01 UTC'],
  ["STATEMENT:  INSERT INTO users VALUES ('Ada')", 'STATEMENT: [left out]'],
  ['{"detail":"Key (a)=(\\"b\\") is there","code":"23505"}', '{"detail":"[left out]","code":"23505"}'],
  ['{"msg":"{\\"hint\\":\\"Ada\\",\\"code\\":1}"}', '{"msg":"{\\"hint\\":"[left out]",\\"code\\":1}"}'],
  ['{"context":"COPY users, line 1: \\"Ada\\""}', '{"context":"[left out]"}'],
  ['{"context":"NestFactory"}', '{"context":"NestFactory"}'],
  ['{"params":["Ada", 3],"ms":4}', '{"params":"[left out]","ms":4}'],
  ["  detail: 'Key (code)=(LHR) is there.',", '  detail: [left out],'],
  ["  where: 'PL/pgSQL function',\n  hint: undefined", '  where: [left out],\n  hint: undefined'],
  ['DbError { detail: Some("Key (a)=(b)"), hint: None }', 'DbError { detail: [left out], hint: None }'],
  ["parameters: $1 = 'Ada', $2 = '3'", 'parameters: [left out]'],
  ['invalid input syntax for type uuid: "Ada"', 'invalid input syntax for type uuid: [left out]'],
  ['Failing row contains (1, Ada).', 'Failing row contains ([left out]).'],
  ['duplicate key value violates unique constraint "users_email_key"', undefined],
])('%s', (text, left = text) => {
  expect(withoutErrorDetails(text)).toBe(left);
});
