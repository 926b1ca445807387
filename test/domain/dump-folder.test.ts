import { describe, expect, test } from 'vitest';
import { placeInDump } from '../../src/domain/dump-folder.ts';

describe('A member of a tar archive', () => {
  test.each([
    ['toc.dat', '', 'toc.dat'],
    ['./toc.dat', '', 'toc.dat'],
    ['2026 dump/4711.dat.gz', '2026 dump', '4711.dat.gz'],
    ['./dump/4711.dat.zst', 'dump', '4711.dat.zst'],
    ['dump/blobs_3456.toc', 'dump', 'blobs_3456.toc'],
    ['blob_16423.dat.lz4', '', 'blob_16423.dat.lz4'],
  ])('belongs in a dump’s folder: %s', (name, folder, file) => {
    expect(placeInDump(name, 'file')).toEqual({ folder, file });
  });

  test.each([
    ['./', ''],
    ['dump/', 'dump'],
    ['./dump', 'dump'],
  ])('may be the folder itself: %s', (name, folder) => {
    expect(placeInDump(name, 'folder')).toEqual({ folder, file: undefined });
  });

  test.each([
    '/toc.dat',
    '../toc.dat',
    'dump/../toc.dat',
    'a/b/toc.dat',
    './../toc.dat',
    '//toc.dat',
    'dump/notes.txt',
    'toc.dat/',
    'toc.dat\n',
    '.bashrc',
    'dump\\..\\/toc.dat',
    '',
  ])('is of no dump: “%s”', (name) => {
    expect(placeInDump(name, 'file')).toBe('foreign');
  });

  test('is of no dump where it is a link, or a folder elsewhere', () => {
    for (const type of ['other', 'long name']) expect(placeInDump('toc.dat', type)).toBe('foreign');
    for (const name of ['/', '/dump/', '../', 'a/b/', '..']) expect(placeInDump(name, 'folder'), name).toBe('foreign');
  });
});
