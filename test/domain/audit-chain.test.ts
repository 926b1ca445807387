import { describe, expect, it } from 'vitest';
import { type AuditRecord, type AuditRow, link, NO_ROWS, openVerifier } from '../../src/domain/audit-chain.ts';
import { canonicalJson } from '../../src/domain/canonical-json.ts';

const record = (message: string): AuditRecord => ({
  at: new Date('2026-11-22T12:00:00.123Z'),
  runId: '0192',
  operation: 'grant-module',
  effect: 'changes',
  outcome: 'done',
  rule: null,
  message,
  reference: null,
  actorId: 'slack:U0OMAR',
  actorName: 'Omar',
  face: 'slack',
  channel: 'C0OPS',
  input: { org: 'LHR', module: 'work' },
  subjects: ['LHR'],
  before: null,
  after: { work: { status: 'active' } },
});
const chain = link(NO_ROWS, ['one', 'two', 'three', 'four', 'five'].map(record));

function check(rows: readonly AuditRow[], anchors: Record<number, string> = {}) {
  const verifier = openVerifier(Object.entries(anchors).map(([key, hash]) => ({ sequence: Number(key), hash })));
  for (const row of rows) {
    const fault = verifier.next(row);
    if (fault) return fault;
  }
  return verifier.end();
}

describe('a chain', () => {
  it('of what was written is whole', () => {
    expect(check(chain)).toBeUndefined();
    expect(check([])).toBeUndefined();
    expect(check(chain, { 3: chain[2]?.hash ?? '', 5: chain[4]?.hash ?? '' })).toBeUndefined();
  });

  it('goes on where it ended', () => {
    expect(link({ sequence: 3, hash: chain[2]?.hash ?? '' }, [record('four'), record('five')])).toEqual(chain.slice(3));
  });

  it.each(Object.keys(record('')) as (keyof AuditRecord)[])('shows a changed %s, at its row', (field) => {
    const value = chain[2]?.[field];
    const changed =
      value instanceof Date ? new Date(value.getTime() + 1) : typeof value === 'string' ? `${value}x` : ['x'];
    expect(check(chain.with(2, { ...(chain[2] as AuditRow), [field]: changed }))).toEqual({
      sequence: 3,
      kind: 'changed',
    });
  });

  it('shows a removed row, first or in the middle', () => {
    expect(check(chain.toSpliced(0, 1))).toEqual({ sequence: 1, kind: 'missing' });
    expect(check(chain.toSpliced(2, 1))).toEqual({ sequence: 3, kind: 'missing' });
  });

  it('shows a row put in between, whatever its own hash', () => {
    const [, second] = chain;
    const forged = link({ sequence: 2, hash: second?.hash ?? '' }, [record('forged')]);
    expect(check([...chain.slice(0, 2), ...forged, ...chain.slice(2)])).toEqual({ sequence: 3, kind: 'unlinked' });
    const renumbered = chain.slice(2).map((row) => ({ ...row, sequence: row.sequence + 1 }));
    expect(check([...chain.slice(0, 2), ...forged, ...renumbered])).toEqual({ sequence: 4, kind: 'unlinked' });
  });

  it('shows a tail that was cut, or everything written anew, to whoever noted the head elsewhere', () => {
    const head = { 5: chain[4]?.hash ?? '' };
    expect(check(chain.slice(0, 3))).toBeUndefined();
    expect(check(chain.slice(0, 3), head)).toEqual({ sequence: 4, kind: 'cut' });
    const rewritten = link(NO_ROWS, ['one', 'two', 'three', 'four', 'other'].map(record));
    expect(check(rewritten)).toBeUndefined();
    expect(check(rewritten, head)).toEqual({ sequence: 5, kind: 'rewritten' });
  });

  it('has to agree with each of two anchors that saw the same row', () => {
    const hash = chain[2]?.hash ?? '';
    for (const order of [
      [hash, 'other'],
      ['other', hash],
    ]) {
      const verifier = openVerifier(order.map((seen) => ({ sequence: 3, hash: seen })));
      expect(chain.map((row) => verifier.next(row)).find(Boolean)).toEqual({ sequence: 3, kind: 'rewritten' });
    }
  });
});

it('writes equal values as equal text, whatever the order of their keys', () => {
  expect(canonicalJson({ b: [{ y: 1, x: undefined }], a: null })).toBe('{"a":null,"b":[{"y":1}]}');
});
