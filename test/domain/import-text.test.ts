import { expect, test } from 'vitest';
import { decodeImport } from '../../src/domain/import-text.ts';

const TEXT = 'name,code,modules\nZürich 🛫,ZRH,work\n';

function bigEndian(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]);
}

test.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16, little end first', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16, big end first', bigEndian(TEXT)],
])('%s is read', (_encoding, bytes) => {
  expect(decodeImport(bytes).toString()).toBe(TEXT);
});

test.each([
  ['an .xlsx', Buffer.from('PK\x03\x04\x14'), 'Excel workbook (.xlsx)'],
  ['an .xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1]), 'old Excel workbook'],
  ['a PDF', Buffer.from('%PDF-1.7'), 'a PDF'],
  ['a compressed file', Buffer.from([0x1f, 0x8b, 8]), 'gzip'],
  ['a web page', Buffer.from('\n<!DOCTYPE html><html>'), 'web page'],
  ['a program', Buffer.from('\x7fELF\0\0'), 'program’s own format'],
  ['bytes that are neither', Buffer.from([0xc3, 0x28, 0x00]), 'program’s own format'],
  ['UTF-16 without its mark', Buffer.from(TEXT, 'utf16le'), 'program’s own format'],
  ['UTF-16 that breaks off', Buffer.from(`\ufeffabc`, 'utf16le').subarray(0, 7), 'UTF-16'],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'program’s own format'],
])('%s is refused with what it looks like and how to save it', (_kind, bytes, looks) => {
  expect(() => decodeImport(bytes)).toThrow(looks);
  expect(() => decodeImport(bytes)).toThrow('CSV UTF-8');
});

test('Latin-1 is refused, naming the first line that shows it', () => {
  const bytes = Buffer.from('name,code,modules\nA,AAA,\nZürich,ZRH,work\n', 'latin1');
  expect(() => decodeImport(bytes)).toThrow('line 3 holds characters in another encoding');
});
