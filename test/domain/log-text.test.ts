import { describe, expect, it } from 'vitest';
import { lineCutter } from '../../src/adapters/log-lines.ts';
import { openLogCleaner, openLogTime, plainLogText } from '../../src/domain/log-text.ts';

const cleaned = (lines: readonly string[], wanted?: string) => lines.map(openLogCleaner(wanted));
const KEY_BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';

describe('a line of a log', () => {
  it('is shown without colours, titles of windows and other signs that steer a terminal', () => {
    expect(plainLogText('\u001b[32mGET\u001b[0m /health\u0007 \u001b]0;title\u0007200\t5 ms\r')).toBe(
      'GET /health 200    5 ms',
    );
  });

  it('loses its secrets, also those that colours cut in two', () => {
    expect(cleaned(['DATABASE_URL=postgres://ada:\u001b[1mpa55\u001b[0mword@db/planner'])).toEqual([
      'DATABASE_URL=postgres://[secret]@db/planner',
    ]);
  });

  it('loses a secret also where signs without width, or another set of characters, stand in the middle of it', () => {
    const withoutConfigured = (text: string) => text.replace('opensesame', '[secret]');
    const lines = ['with open\u200bsesame', 'with open\u001b(Bsesame', 'with \u001b[38:5:1mopen\u2060sesame'];
    expect(lines.map(openLogCleaner('', withoutConfigured))).toEqual(Array(3).fill('with [secret]'));
  });

  it('loses what is configured as a secret here, and is not found by it', () => {
    const lines = ['connecting with opensesame', 'connected'];
    const withoutConfigured = (text: string) => text.replace('opensesame', '[secret]');
    expect(lines.map(openLogCleaner('', withoutConfigured))).toEqual(['connecting with [secret]', 'connected']);
    expect(lines.map(openLogCleaner('opensesame', withoutConfigured))).toEqual([undefined, undefined]);
  });

  it('is no part of a key that several lines hold, wherever the reading began', () => {
    const key = ['-----BEGIN PRIVATE KEY-----', KEY_BODY, 'short==', '-----END PRIVATE KEY-----', 'listening'];
    expect(cleaned(key)).toEqual(['[secret]', '[secret]', '[secret]', '[secret]', 'listening']);
    expect(cleaned([KEY_BODY, 'listening'])).toEqual(['[secret]', 'listening']);
  });

  it('is shown behind a key’s beginning that has no end', () => {
    const lines = ['Expecting: -----BEGIN PRIVATE KEY-----', 'listening on 3000', 'GET /health 200'];
    expect(cleaned(lines)).toEqual(['Expecting: [secret]', 'listening on 3000', 'GET /health 200']);
    const words = ['-----BEGIN PRIVATE KEY-----', ...Array<string>(300).fill('ready')];
    expect(cleaned(words).at(-1)).toBe('ready');
    const key = [
      `12:00 -----BEGIN RSA PRIVATE KEY-----`,
      'DEK-Info: AES-256-CBC,00',
      '',
      `12:00 ${KEY_BODY}`,
      'and on',
    ];
    expect(cleaned(key)).toEqual(['12:00 [secret]', '[secret]', '[secret]', '[secret]', 'and on']);
  });

  it('shows nothing of a secret that was cut through, nor is it found by it', () => {
    const said: string[] = [];
    const cutter = lineCutter((line) => void said.push(line));
    cutter.push(Buffer.from(`${'x'.repeat(16_384 - 25)} TopSecretPassphraseOfProduction and on\nnext\n`));
    const withoutConfigured = (text: string) => text.replace('TopSecretPassphraseOfProduction', '[secret]');
    const [line, next] = said.map(openLogCleaner('', withoutConfigured));
    expect(line).toMatch(/^x{14000}x* …\[cut\]$/);
    expect(next).toBe('next');
    expect(said.map(openLogCleaner('TopSecret', withoutConfigured))).toEqual([undefined, undefined]);
  });

  it('is found by the characters it holds, in any case, and not by its secrets', () => {
    const lines = ['GET /a.b 200', 'get /axb 200', 'token=abcdefghijk', 'TOKEN rejected'];
    expect(cleaned(lines, '/A.B')).toEqual(['GET /a.b 200', undefined, undefined, undefined]);
    expect(cleaned(lines, 'abcdef')).toEqual([undefined, undefined, undefined, undefined]);
    expect(cleaned(lines, '[secret')).toEqual([undefined, undefined, 'token=[secret]', undefined]);
    expect(cleaned(lines, 'token')).toEqual([undefined, undefined, 'token=[secret]', 'TOKEN rejected']);
  });
});

it('a moment is written in the zone, to the second', () => {
  expect(openLogTime('Europe/London')(new Date('2026-07-01T11:05:09.500Z'))).toBe('2026-07-01 12:05:09');
});
