import nock from 'nock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPager } from '../../src/adapters/paging.ts';
import { keptLog } from './notes.ts';

let now = new Date('2026-11-22T03:00:00Z');
const later = (minutes: number) => {
  now = new Date(now.getTime() + minutes * 60_000);
};

/** What the webhook got, in order. */
let pages: { severity: string; summary: string }[] = [];

/** From now on the webhook answers so. */
function answers(status: number): void {
  nock.cleanAll();
  nock('https://pages.example')
    .persist()
    .post('/hook/s3cret')
    .reply(status, 'taken', { location: 'https://evil.example/' })
    .on('request', (_request, _interceptor, body: string) => pages.push(JSON.parse(body)));
}

beforeAll(() => nock.disableNetConnect());
afterAll(() => {
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
});
beforeEach(() => {
  answers(202);
  pages = [];
});

function pager() {
  const { log, lines } = keptLog();
  const url = 'https://pages.example/hook/s3cret';
  return { ...openPager({ url, source: 'CapOps (test)', clock: { now: () => now }, log }), lines };
}

describe('the pager', () => {
  it('says what is wrong, how bad it is, where, and when', async () => {
    const { wake, close } = pager();
    wake('ledger', 'The ledger is down.');
    await close();
    expect(pages).toEqual([
      { summary: 'The ledger is down.', severity: 'critical', source: 'CapOps (test)', at: now.toISOString() },
    ]);
  });

  it('repeats a trouble that lasts after 30 minutes, and no sooner; another trouble is told at once', async () => {
    const { wake, close } = pager();
    wake('platform', 'first');
    later(29);
    wake('platform', 'too soon');
    wake('ledger', 'another');
    later(1);
    wake('platform', 'second');
    await close();
    expect(pages.map(({ summary }) => summary)).toEqual(['first', 'another', 'second']);
  });

  it('says that it is over once, and only where somebody was woken', async () => {
    const { wake, over, close } = pager();
    over('platform', 'nobody knew');
    wake('platform', 'down');
    over('platform', 'up');
    over('platform', 'still up');
    wake('platform', 'down anew');
    await close();
    expect(pages.map(({ severity, summary }) => `${severity} ${summary}`)).toEqual([
      'critical down',
      'resolved up',
      'critical down anew',
    ]);
  });

  it('sends a page anew that was not taken, and logs the failure once, without the address', async () => {
    const { wake, over, close, lines } = pager();
    answers(500);
    wake('platform', 'down');
    wake('platform', 'down');
    over('platform', 'up, and nobody knew');
    wake('platform', 'down');
    await close();
    expect(pages.map(({ summary }) => summary)).toEqual(['down', 'down', 'down']);
    expect(lines).toEqual(['warn the paging webhook does not get through {"reason":"it answered with 500"}']);
  });

  it('follows no redirect', async () => {
    answers(307);
    const evil = nock('https://evil.example').persist().post('/').reply(200).get('/').reply(200);
    const { wake, close, lines } = pager();
    wake('audit', 'broken');
    await close();
    expect(evil.pendingMocks()).toHaveLength(2);
    expect(lines).toEqual(['warn the paging webhook does not get through {"reason":"it answered with 307"}']);
  });
});
