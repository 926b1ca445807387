import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readPaxNote, readTarHeader, TAR_END_BYTES, tarHeader, tarPadding } from '../../src/domain/tar-header.ts';

const modifiedAt = new Date('2026-11-22T02:00:00Z');

describe('A tar header', () => {
  test.each([0, 1, 511, 8 ** 11 - 1, 8 ** 11, 5 * 10 ** 12])('keeps a size of %d bytes', (bytes) => {
    expect(readTarHeader(tarHeader({ name: '4711.dat.gz', bytes, modifiedAt }))).toEqual({
      name: '4711.dat.gz',
      bytes,
      type: 'file',
      isByPgDump: false,
    });
  });

  test('is what tar itself reads', () => {
    const content = Buffer.from('hello');
    const header = tarHeader({ name: 'toc.dat', bytes: content.length, modifiedAt });
    const archive = Buffer.concat([header, content, tarPadding(content.length), Buffer.alloc(TAR_END_BYTES)]);
    const options = { input: archive, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } } as const;
    expect(execFileSync('tar', ['-tvf', '-'], options)).toMatch(/^-rw------- \S+ +5 2026-11-22 02:00 toc\.dat\n$/);
    expect(execFileSync('tar', ['-xOf', '-'], options)).toBe('hello');
  });

  test('of 8 GiB and more is one that tar itself reads', () => {
    const header = tarHeader({ name: '1.dat', bytes: 9e9, modifiedAt });
    const script = 'tar -tvf - 2>/dev/null || true';
    expect(execFileSync('sh', ['-c', script], { input: header, encoding: 'utf8' })).toContain(' 9000000000 ');
  });

  test('that was changed anywhere is none', () => {
    const header = tarHeader({ name: 'toc.dat', bytes: 9, modifiedAt });
    for (let at = 0; at < header.length; at += 7) {
      const changed = Buffer.from(header);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readTarHeader(changed), String(at)).toBe('broken');
    }
    expect(readTarHeader(Buffer.alloc(512))).toBe('end');
  });

  test('may have a note before it, of what it has no room for', () => {
    expect(readPaxNote(Buffer.from('20 size=10000000000\n28 path=folder/1=2 Zoë.dat\n'))).toEqual({
      size: '10000000000',
      path: 'folder/1=2 Zoë.dat',
    });
    for (const text of ['20 size=1', 'size=1\n', '0 a=b\n', '-6 a=b\n', '6 ab\n'])
      expect(readPaxNote(Buffer.from(text)), text).toBeUndefined();
  });
});
