import { describe, expect, test } from 'vitest';
import { openValueFilter } from '../../src/domain/without-values.ts';

const VALUE = 'p@ss w"o/rd+é\\5';
const WAYS: Readonly<Record<string, (value: string) => string>> = {
  'as it is': (value) => value,
  'as a part of a URL': encodeURIComponent,
  'encoded by half': encodeURI,
  'encoded in small letters': (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  'encoded twice': (value) => encodeURIComponent(encodeURIComponent(value)),
  'as a field of a form': (value) => new URLSearchParams({ value }).toString(),
  'in JSON': JSON.stringify,
  'in JSON within JSON': (value) => JSON.stringify(JSON.stringify(value)),
  'in JSON without signs beyond ASCII': (value) => JSON.stringify(value).replaceAll('é', '\\u00e9'),
  'in HTML': (value) => value.replaceAll('"', '&quot;').replaceAll('é', '&#233;'),
};

describe('a configured value is taken out', () => {
  const filter = openValueFilter([VALUE]);
  test.each(Object.keys(WAYS))('%s', (way) => {
    const text = `before ${WAYS[way]?.(VALUE)} after`;
    expect(filter(text)).toMatch(/^before \S*\[secret\]\S* after$/);
    expect(filter(text)).not.toMatch(/ss|rd|5/);
  });

  test.each(['', 'a', 'ab', 'capops:', 'user:'])('in base64 behind “%s”', (before) => {
    const encoded = Buffer.from(`${before}${VALUE}`).toString('base64');
    const left = filter(`Authorization: ${encoded}`);
    expect(left).toContain('[secret]');
    // No more than what stood before it, and the beginning of its first sign.
    const rest = left.slice('Authorization: '.length, left.indexOf('[secret]'));
    expect(rest.length).toBeLessThanOrEqual(Math.ceil((before.length * 4) / 3) + 1);
  });

  test('in base64 for addresses', () => {
    const value = '>>>???secret>>>???';
    expect(openValueFilter([value])(Buffer.from(value).toString('base64url'))).toBe('[secret]');
  });
});

test('a short value is taken out where it is a word, and not out of other words', () => {
  expect(openValueFilter(['abc'])('abc, abcd and xabc (abc)')).toBe('[secret], abcd and xabc ([secret])');
});

test('of two values of which one holds the other, nothing is left', () => {
  expect(openValueFilter(['sword', 'swordfish'])('swordfish and sword')).toBe('[secret] and [secret]');
});

test('where nothing is configured, texts stay as they are', () => {
  expect(openValueFilter(['', ' '])('as it is')).toBe('as it is');
});

test.each(['\\', '%', '%41', '&', '\\"', '\\u0041', '\\'.repeat(40).concat('a'), 'p@ss w'])(
  'takes time by the length of the text alone: %s, over and over',
  (unit) => {
    const secrets = Array.from({ length: 50 }, (_, place) => `${place}"\\\\\\\\'/p@ss w%&+${place}`);
    const filter = openValueFilter(['p@ss word', '\\\\\\\\\\', ...secrets]);
    const text = unit.repeat(200_000 / unit.length);
    const startedMs = performance.now();
    filter(`${text} p@ss word`);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expect(filter(`${text} p@ss word`)).toMatch(/ \[secret\]$/);
  },
);

// No value of backslashes alone is among these: it would take the whole row at once, and hide what the others cost.
test.each(['p@ss word', '"swordfish', 'a\\\\\\\\"b', '/swordfish'])(
  'takes no more than its share of time for a row of backslashes that is four times as long: %s',
  (value) => {
    const filter = openValueFilter([value]);
    cpuMsOf(() => filter(rowOf(1_000)));
    const shortMs = cpuMsOf(() => filter(rowOf(10_000)));
    const longMs = cpuMsOf(() => filter(rowOf(40_000)));
    // Time that grows with the square is sixteen times as much. What is over at once cannot be compared.
    expect(longMs).toBeLessThan(Math.max(6 * shortMs, 100));
  },
);

function rowOf(count: number): string {
  return '\\'.repeat(count);
}

/** Of this thread alone: others may have the processor meanwhile. */
function cpuMsOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  return process.threadCpuUsage(before).user / 1000;
}

test('a value is found behind and between backslashes', () => {
  const filter = openValueFilter(['swordfish', 'a\\\\"b']);
  expect(filter('C:\\\\swordfish \\\\\\u0073wordfish')).toBe('C:\\\\[secret] [secret]');
  expect(filter(JSON.stringify(JSON.stringify('a\\\\"b')))).toBe('"\\"[secret]\\""');
});
