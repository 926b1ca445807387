import { describe, expect, it } from 'vitest';
import { logs } from '../../src/ops/logs.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';

describe('how logs are asked for', () => {
  it.each([
    ['api-gateway', { service: 'api-gateway' }],
    ['api-gateway 200', { service: 'api-gateway', lines: '200' }],
    ['web since 10m grep timeout', { service: 'web', since: '10m', grep: 'timeout' }],
    ['web since 2 hours ago', { service: 'web', since: '2 hours ago' }],
    ['web 50 since 1 Nov 2026 grep "no route"', { service: 'web', lines: '50', since: '1 Nov 2026', grep: 'no route' }],
    ['web grep ERROR since 02:30', { service: 'web', grep: 'ERROR', since: '02:30' }],
    ['web lines 5 --follow', { service: 'web', lines: '5', follow: true }],
  ])('%s', (typed, raw) => {
    expect(readWords(logs, splitWords(typed))).toEqual(raw);
  });
});
