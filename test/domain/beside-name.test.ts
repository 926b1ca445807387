import { describe, expect, test } from 'vitest';
import { besideName } from '../../src/domain/beside-name.ts';

const AT = new Date('2026-11-22T14:00:05.123Z');

describe('the name of a database beside another', () => {
  test('says of which, what for and when', () => {
    expect(besideName('airport', 'before', AT)).toBe('airport_before_20261122t140005z');
  });

  test('fits into PostgreSQL’s 63 bytes, and cuts no sign in two', () => {
    const name = besideName('🛫'.repeat(15), 'restore', AT);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(name).toBe(`${'🛫'.repeat(9)}_restore_20261122t140005z`);
  });
});
