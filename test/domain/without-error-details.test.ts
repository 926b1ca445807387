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
  ['Key (lower(email::text))=(ada (x)) already exists.', 'Key (lower(email::text))=([left out]) already exists.'],
  [
    "LOG:  duration: 3 ms  statement: select 'Ada'\n\tfrom x\nnext",
    'LOG:  duration: 3 ms  statement: [left out]\nnext',
  ],
  ["LOG:  execute <unnamed>: select 'Ada'", 'LOG:  execute <unnamed>: [left out]'],
  ["ERROR:  no\nLINE 1: select 'Ada'\n   ^", 'ERROR:  no\nLINE 1: [left out]\n   ^'],
  ['COPY users, line 1, column x: "Ada"', 'COPY users, line 1, column x: [left out]'],
  ['date/time field value out of range: "Ada"', 'date/time field value out of range: [left out]'],
  ['value "Ada" is out of range for type integer', 'value [left out] is out of range for type integer'],
  [
    `insert into "users" ("email") values ('Ada') - duplicate key`,
    'insert into "users" ("email") values ([left out]) - duplicate key',
  ],
  [
    "Invalid `prisma.user.create()` invocation: { data: { email: 'Ada' } } Unique",
    'Invalid `prisma.user.create()` invocation: {[left out]} Unique',
  ],
  [
    'Invalid `p.create()` invocation:\n\n{\n  data: {\n    email: "Ada"\n  }\n}\n\nUnique constraint failed',
    'Invalid `p.create()` invocation:\n\n{[left out]}\n\nUnique constraint failed',
  ],
  ['the statement: it went out of range, at line 1: no value', undefined],
  ['duplicate key value violates unique constraint "users_email_key"', undefined],
])('%s', (text, left = text) => {
  expect(withoutErrorDetails(text)).toBe(left);
});
