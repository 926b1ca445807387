import { describe, expect, test } from 'vitest';
import { countErrors, errorKind } from '../../src/domain/error-kinds.ts';
import { readLogLine } from '../../src/domain/log-line.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const SINCE = new Date('2026-11-22T00:00:00Z');

function counted(...lines: string[]) {
  const counter = countErrors({ since: SINCE, now: NOW });
  for (const line of lines) counter.take(line);
  return counter.result();
}

describe('a line of a log', () => {
  test.each<[string, string | undefined]>([
    ['{"level":50,"time":1795345200123,"msg":"x"}', '2026-11-22T11:00:00.123Z'],
    ['{"level":"error","ts":1795345200.5,"msg":"x"}', '2026-11-22T11:00:00.500Z'],
    ['{"severity":"ERROR","@timestamp":"2026-11-22T12:00:00+01:00","message":"x"}', '2026-11-22T11:00:00.000Z'],
    ['2026-11-22T11:00:00.123Z ERROR x', '2026-11-22T11:00:00.123Z'],
    ['2026-11-22 11:00:00,123456 [main] ERROR x', '2026-11-22T11:00:00.123Z'],
    ['2026-11-22 12:00:00.123 +01:00 ERROR x', '2026-11-22T11:00:00.123Z'],
    ['2026-11-22 11:00:00.123 UTC [77] FATAL:  x', '2026-11-22T11:00:00.123Z'],
    ['[2026-11-22 11:00:00] production.ERROR: x', '2026-11-22T11:00:00.000Z'],
    ['2026/11/22 11:00:00 [error] 31#31: *1 x', '2026-11-22T11:00:00.000Z'],
    ['[22/Nov/2026:12:00:00 +0100] ERROR x', '2026-11-22T11:00:00.000Z'],
    ['Nov 22 11:00:00 web1 api[3]: ERROR x', '2026-11-22T11:00:00.000Z'],
    ['Dec 31 23:00:00 web1 api[3]: ERROR x', '2025-12-31T23:00:00.000Z'],
    ['TypeError: x is not a function', undefined],
    ['java.lang.IllegalStateException: x', undefined],
    ['time="yesterday" level=error msg=x', undefined],
    ['{"level":"fatal","time":"99999999999999999999","msg":"x"}', undefined],
  ])('%s is an error, and its time is known', (line, at) => {
    expect(readLogLine(line, NOW)).toMatchObject({ isError: true });
    expect(readLogLine(line, NOW).at?.toISOString()).toBe(at);
  });

  test.each([
    '{"level":30,"time":1795345200123,"msg":"no ERROR here"}',
    '{"level":"info","msg":"{\\"level\\":50}"}',
    '2026-11-22T11:00:00Z INFO 0 errors, all is well',
    '    at Object.<anonymous> (/app/error.js:5:1) Exception',
    'Caused by: java.io.IOException: x',
    '  File "/app/error.py", line 5, in raise_ERROR',
    '',
  ])('%s is none', (line) => {
    expect(readLogLine(line, NOW).isError).toBe(false);
  });
});

describe('errors of a kind', () => {
  test.each([
    ['2026-11-22T11:00:00Z ERROR user 4711 not found', 'ERROR user <n> not found'],
    ['Nov 22 11:00:00 web1 api[3]: ERROR x', 'api[<n>]: ERROR x'],
    ['timeout after 30.5 s at 10.0.0.7:5432', 'timeout after <n> s at <address>'],
    ['GET https://api.example.org/orgs/LHR?x=1 failed for mia@example.org', 'GET <address> failed for <address>'],
    ['no row 3f2b8c1e-5a77-4b7e-9c33-0a1b2c3d4e5f, hash deadbeef01', 'no row <id>, hash <id>'],
    ["relation \"Odd one\" and 'it' can't be", "relation <value> and <value> can't be"],
  ])('%s', (message, kind) => {
    expect(errorKind(message)).toBe(kind);
  });

  test('are counted together, the most frequent first, with the last one', () => {
    const at = (minute: number) => `2026-11-22T11:${String(minute).padStart(2, '0')}:00Z`;
    expect(
      counted(
        `${at(1)} ERROR user 1 not found`,
        `${at(2)} FATAL disk full`,
        `${at(3)} ERROR user 22 not found`,
        `{"level":50,"time":"${at(4)}","msg":"user 3 not found","err":{"message":"no row"}}`,
      ),
    ).toEqual({
      total: 4,
      undated: 0,
      kinds: [
        { kind: 'ERROR user <n> not found', count: 2, newest: `${at(3)} ERROR user 22 not found` },
        { kind: 'FATAL disk full', count: 1, newest: `${at(2)} FATAL disk full` },
        { kind: 'user <n> not found: no row', count: 1, newest: 'user 3 not found: no row' },
      ],
    });
  });

  test('an error of many lines is one, and belongs to the time above it', () => {
    const trace = ['TypeError: x', '    at a (/app/a.js:1:2)', 'Caused by: Exception', 'Error: y'];
    expect(counted('2026-11-22T01:00:00Z ERROR first', ...trace)).toMatchObject({ total: 1, undated: 0 });
    expect(counted('2026-11-22T01:00:00Z INFO fine', ...trace)).toMatchObject({ total: 1, undated: 0 });
    expect(counted('2026-11-21T23:59:59Z ERROR yesterday', ...trace)).toMatchObject({ total: 0 });
  });

  test('those before the moment do not count; those without any time do, and are told as such', () => {
    expect(counted('2026-11-21T23:59:59Z ERROR x', '2026-11-22T00:00:00Z ERROR x')).toMatchObject({ total: 1 });
    expect(counted('ERROR x', 'ERROR y')).toMatchObject({ total: 2, undated: 2 });
  });

  test('are no more than 200 kinds, whatever stands in the log', () => {
    const lines = Array.from(
      { length: 5000 },
      (_, place) => `ERROR ${'xyz'.repeat(1 + (place % 40))}${String.fromCharCode(0x4e00 + place)}`,
    );
    const { kinds, total } = counted(...lines);
    expect(total).toBe(5000);
    expect(kinds).toHaveLength(201);
    expect(kinds[0]).toMatchObject({ kind: 'other errors', count: 4800 });
  });

  test.each([
    ['postgres://app:hunter2@db/x refused', 'hunter2'],
    ['postgres://app:hun@ter2@db/x refused', 'ter2'],
    ['password=hunter2 for app', 'hunter2'],
    ['{"password":"hunter2"}', 'hunter2'],
    ['{\\"password\\":\\"hunter2\\"}', 'hunter2'],
    ["ALTER ROLE app PASSWORD 'hunter2'", 'hunter2'],
    ['run --api-key hunter2 now', 'hunter2'],
    ['Authorization: Bearer hunter2hunter2', 'hunter2'],
    ['token xoxb-123456789012-hunter2', 'hunter2'],
    ['to https://hooks.slack.com/services/T0/B0/hunter2', 'hunter2'],
    ['key AKIAIOSFODNN7EXAMPLE', 'IOSFODNN7'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.c2lnbmF0dXJl', 'eyJzdWIi'],
    ['-----BEGIN RSA PRIVATE KEY----- MIIhunter2 -----END RSA PRIVATE KEY-----', 'MIIhunter2'],
  ])('a secret in %s is in no kind and no example', (text, secret) => {
    expect(JSON.stringify(counted(`2026-11-22T01:00:00Z ERROR ${text}`))).not.toContain(secret);
    expect(JSON.stringify(counted(JSON.stringify({ level: 50, msg: text })))).not.toContain(secret);
  });
});
