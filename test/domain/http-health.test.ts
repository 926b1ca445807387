import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/health-limits.ts';
import { judgePage } from '../../src/domain/http-health.ts';
import type { HttpSight, Sight } from '../../src/ports.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const judging = <S extends 'gateway' | 'frontend'>(service: S) => ({ service, limits: DEFAULT_LIMITS, now: NOW });

const seen = (body: string | object, more: Partial<HttpSight> & { ms?: number } = {}): Sight<HttpSight> => ({
  isAnswered: true,
  ms: 12.4,
  status: 200,
  contentType: typeof body === 'string' ? 'text/html' : 'application/json',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  isCut: false,
  ...more,
});

/** `unhealthy: Answers with HTTP 500` */
function verdict(service: 'gateway' | 'frontend', sight: Sight<HttpSight> | undefined): string {
  const { state, says } = judgePage(judging(service), sight);
  return `${state}: ${says}`;
}

describe('the gateway', () => {
  test.each([
    ['ok', seen({ status: 'ok', database: 'connected' }), 'healthy: Answers (12 ms)'],
    ['slow', seen({ status: 'ok' }, { ms: 1240 }), 'degraded: Answers, slowly (1,240 ms; slow from 1 s on)'],
    ['degraded', seen({ status: 'degraded' }), 'degraded: Says that it is degraded'],
    [
      'degraded for a part',
      seen({ status: 'degraded', database: 'disconnected', redis: { status: 'down' }, version: '2.1.0' }),
      'degraded: Says that it is degraded (database: disconnected, redis: down)',
    ],
    ['another status', seen({ status: 'error' }), 'unhealthy: Says that its status is “error”'],
    [
      'a page',
      seen('<html><title>502 Bad Gateway</title>'),
      'unhealthy: Answers with a page (“502 Bad Gateway”) instead of its health, though with HTTP 200',
    ],
    ['nothing', seen(''), 'unhealthy: Answers with something instead of its health, though with HTTP 200'],
    [
      'JSON of another shape',
      seen({ hello: 'world' }),
      'unhealthy: Answers with something instead of its health, though with HTTP 200',
    ],
    ['an error', seen({ status: 'degraded' }, { status: 503 }), 'unhealthy: Answers with HTTP 503, status “degraded”'],
    [
      'a redirect',
      seen('', { status: 301, redirect: '/v2/health' }),
      'unhealthy: Answers with a redirect to /v2/health (HTTP 301), which is not followed',
    ],
    [
      'a redirect elsewhere',
      seen('', { status: 302, redirect: 'elsewhere' }),
      'unhealthy: Answers with a redirect to another host (HTTP 302), which is not followed',
    ],
    ['none', undefined, 'note: Not configured'],
  ])('with %s', (_, sight, words) => {
    expect(verdict('gateway', sight)).toBe(words);
  });

  test('says what to do next where something is wrong, and nothing where it is not', () => {
    expect(judgePage(judging('gateway'), seen({ status: 'ok' })).next).toBeUndefined();
    expect(judgePage(judging('gateway'), seen('')).next).toContain('compose service api-gateway');
    expect(judgePage(judging('gateway'), undefined).next).toContain('API_GATEWAY_URL');
  });

  test('tells of a certificate that ends soon, and changes no verdict for it', () => {
    const ends = (days: number) => ({ certificateEnds: new Date(NOW.getTime() + days * 86_400_000) });
    expect(verdict('gateway', seen({ status: 'ok' }, ends(5)))).toBe(
      'healthy: Answers (12 ms); its TLS certificate ends in 5 days',
    );
    expect(verdict('gateway', seen({ status: 'ok' }, ends(30)))).toBe('healthy: Answers (12 ms)');
  });

  test('shows its answer without secrets, and not all of it', () => {
    const body = {
      status: 'ok',
      version: '2.1.0',
      url: 'postgres://app:swordfish@db/x',
      apiKey: 'swordfish',
      note: 'x'.repeat(900),
    };
    const details = new Map(judgePage(judging('gateway'), seen(body)).details);
    expect(details.get('Version')).toBe('2.1.0');
    expect(details.get('Answer')).toContain('postgres://[secret]@db/x');
    expect(details.get('Answer')).not.toContain('swordfish');
    expect(details.get('Answer')?.length).toBe(300);
  });
});

describe('the front end', () => {
  test.each([
    ['a page', seen('<!doctype html><title>CapaCity Planner</title>'), 'healthy: Answers (12 ms)'],
    ['an empty page', seen(' \n'), 'unhealthy: Answers with an empty page, though with HTTP 200'],
    [
      'an error page',
      seen('<html><head><title>503 Service Unavailable</title>'),
      'unhealthy: Answers with an error page (“503 Service Unavailable”), though with HTTP 200',
    ],
    [
      'what Next.js sends when it fails',
      seen('<!DOCTYPE html><html id="__next_error__"><body></body>'),
      'unhealthy: Answers with an error page, though with HTTP 200',
    ],
    [
      'no page',
      seen('pong', { contentType: 'text/plain' }),
      'unhealthy: Answers with something that is no page, though with HTTP 200',
    ],
    ['an error', seen('Not found', { status: 404 }), 'unhealthy: Answers with HTTP 404'],
    [
      'no answer in time',
      { isAnswered: false, ms: 3000, because: 'silent' } as const,
      'unhealthy: No answer within 3 s',
    ],
    [
      'half of an answer',
      { isAnswered: false, ms: 3000, because: 'unfinished' } as const,
      'unhealthy: Began to answer, and was not through within 3 s',
    ],
  ])('with %s', (_, sight, words) => {
    expect(verdict('frontend', sight)).toBe(words);
  });
});
