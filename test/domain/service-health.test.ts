import { describe, expect, test } from 'vitest';
import type { HealthFinding, Service } from '../../src/domain/health.ts';
import { limitsOf } from '../../src/domain/health-limits.ts';
import { judgeDatabase, judgeOffsite, judgeRedis, judgeSlack } from '../../src/domain/service-health.ts';
import type { NoAnswer } from '../../src/ports.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const judging = <S extends Service>(service: S) => ({ service, limits: limitsOf(service, {}), now: NOW });
const fast = { isAnswered: true, ms: 3.2 } as const;
const none = (because: NoAnswer, sentence?: string) =>
  ({ isAnswered: false, ms: 3000, because, ...(sentence ? { sentence } : {}) }) as const;
const words = ({ state, says }: HealthFinding) => `${state}: ${says}`;

describe('a database', () => {
  const judge = (sight: Parameters<typeof judgeDatabase>[1]) => judgeDatabase(judging('database'), sight);

  test('that answers is connected, and slow from 500 ms on', () => {
    expect(words(judge(fast))).toBe('healthy: Connected (3 ms)');
    expect(words(judge({ ...fast, ms: 0.2 }))).toBe('healthy: Connected (1 ms)');
    expect(words(judge({ ...fast, ms: 500 }))).toBe('degraded: Connected, slowly (500 ms; slow from 500 ms on)');
  });

  test.each<[NoAnswer, string, RegExp]>([
    ['silent', 'No answer within 3 s', /compose service postgres/],
    ['refused', 'Connection refused: nobody listens there', /compose service postgres/],
    ['unresolved', 'The name of its host cannot be resolved', /Check DATABASE_URL/],
    ['unreachable', 'There is no way to its host', /network/],
    ['broken off', 'The connection broke off before there was an answer', /log/],
    ['certificate expired', 'Its TLS certificate has expired', /Renew/],
    ['certificate not yet valid', 'Its TLS certificate is not valid yet', /clocks/],
    ['certificate of another host', 'Its TLS certificate is for another host', /DATABASE_URL/],
    ['certificate not trusted', 'Its TLS certificate is not trusted here', /authority/],
    ['no TLS', 'It does not speak TLS', /DATABASE_URL/],
    ['another protocol', 'Something else answers at its address', /DATABASE_URL/],
    ['login refused', 'It refuses the user or the password', /password in DATABASE_URL/],
    ['no such database', 'Its server has no database of that name', /DATABASE_URL/],
    ['no connections left', 'It has no connection left to give', /log/],
    ['starting or stopping', 'It is starting or stopping', /Wait a minute/],
    ['failed', 'It could not be asked', /log/],
  ])('that is %s is unhealthy, with what to do', (because, says, next) => {
    const finding = judge(none(because));
    expect(words(finding)).toBe(`unhealthy: ${says}`);
    expect(finding.next).toMatch(next);
    expect(finding.latencyMs).toBeUndefined();
  });

  test('shows connections and how far copies are behind', () => {
    const facts = {
      version: '16.4',
      connections: 12,
      mostConnections: 100,
      standbyLagMs: null,
      replicas: [{ state: 'streaming', lagMs: 40 }],
    };
    expect(judge({ ...fast, facts }).details).toEqual([
      ['Version', 'PostgreSQL 16.4'],
      ['Connections', '12 of 100'],
      ['Replication', 'a standby, not known how far behind'],
      ['Replica', 'streaming, 40 ms behind'],
    ]);
  });
});

test('Redis that is not configured is a note, and one that is down is not', () => {
  expect(words(judgeRedis(judging('redis'), undefined))).toBe('note: Not configured');
  expect(words(judgeRedis(judging('redis'), none('refused')))).toMatch(/^unhealthy/);
  expect(
    judgeRedis(judging('redis'), { ...fast, facts: { connected_clients: '3', maxclients: '10000' } }).details,
  ).toEqual([['Connections', '3 of 10000']]);
});

test('Slack that refuses the token is told from Slack that limits us, and from a page on the way', () => {
  const judge = (refusal: string | undefined) =>
    words(judgeSlack(judging('slack'), { ...fast, refusal, workspace: undefined }));
  expect(judge(undefined)).toBe('healthy: Connected (3 ms)');
  expect(judge('invalid_auth')).toBe('unhealthy: It refuses the bot’s token (invalid_auth)');
  expect(judge('status 429')).toBe('degraded: It answers, but not as it should (status 429)');
  expect(judge('no JSON')).toBe('unhealthy: It answers, but not as it should (no JSON)');
});

test('the store off site says itself what is wrong', () => {
  expect(words(judgeOffsite(judging('offsite'), none('failed', 'The storage offsite has no such bucket.')))).toBe(
    'unhealthy: The storage offsite has no such bucket.',
  );
});

test('limits are a service’s own, then what is usual for it, then those for all', () => {
  const health = { timeoutMs: 5000, slowMs: 2000, checks: { redis: { timeoutMs: undefined, slowMs: 50 } } };
  expect(limitsOf('redis', { health })).toEqual({ timeoutMs: 5000, slowMs: 50 });
  expect(limitsOf('database', { health })).toEqual({ timeoutMs: 5000, slowMs: 500 });
  expect(limitsOf('gateway', { health })).toEqual({ timeoutMs: 5000, slowMs: 2000 });
  expect(limitsOf('gateway', {})).toEqual({ timeoutMs: 3000, slowMs: 1000 });
});
