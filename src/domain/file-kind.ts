/** What a file is that is no dump of a PostgreSQL database, in a sentence. */
export function whatItIs(head: Uint8Array): string {
  if (head.length === 0) return 'It is empty.';
  const bytes = Buffer.from(head.subarray(0, 4096));
  const found = KINDS.find(({ is }) => is(bytes, bytes.toString('latin1')));
  return found?.sentence ?? (looksLikeText(bytes) ? TEXT : 'It is nothing that pg_dump writes.');
}

const TEXT =
  'It is text that does not begin as pg_dump begins a plain dump (“-- PostgreSQL database dump”): only whole dumps are restored.';

interface Kind {
  readonly sentence: string;
  is(bytes: Buffer, text: string): boolean;
}

const begins =
  (...marks: string[]) =>
  (_bytes: Buffer, text: string) =>
    marks.some((mark) => text.startsWith(mark));

const KINDS: readonly Kind[] = [
  {
    is: (bytes) => bytes.every((byte) => byte === 0),
    sentence: 'It holds nothing but zeros: its disk or its download failed.',
  },
  { is: begins('PGDMP'), sentence: 'It is a dump of pg_dump that was cut off within its first bytes.' },
  {
    is: (_bytes, text) => /^\s*(<!doctype html|<html)/i.test(text),
    sentence: 'It is an HTML page, such as a download that ended at a page to sign in.',
  },
  {
    is: (_bytes, text) => /^\s*<(\?xml|Error>)/.test(text),
    sentence: 'It is XML, such as an object store’s answer that refuses a download.',
  },
  {
    is: (_bytes, text) => text.includes('-- PostgreSQL database cluster dump'),
    sentence:
      'It is a dump of a whole server (pg_dumpall), with its roles and all its databases. Dump the database alone with pg_dump.',
  },
  {
    is: (_bytes, text) => /^-- (MySQL|MariaDB) dump|^\/\*!\d+/.test(text),
    sentence: 'It is a dump of MySQL or MariaDB.',
  },
  {
    is: begins('\xff\xfe', '\xfe\xff'),
    sentence:
      'It is text in UTF-16, as PowerShell writes it with “>”, which changes a dump. Dump again with pg_dump --file.',
  },
  {
    is: begins('version https://git-lfs'),
    sentence: 'It is a pointer of Git LFS and not the file that it stands for. Run git lfs pull.',
  },
  {
    is: begins('-----BEGIN AGE'),
    sentence: 'It is encrypted with age, as text. Decrypt it with the age program first.',
  },
  { is: begins('-----BEGIN PGP', '\x85\x02', '\x84\x8c'), sentence: 'It is encrypted with PGP. Decrypt it first.' },
  { is: begins('Salted__'), sentence: 'It is encrypted by openssl. Decrypt it first.' },
  { is: begins('PK\x03\x04'), sentence: 'It is a zip archive. Unpack it first.' },
  { is: begins('\xfd7zXZ'), sentence: 'It is compressed by xz. Run unxz first.' },
  { is: begins('BZh'), sentence: 'It is compressed by bzip2. Run bunzip2 first.' },
  { is: begins('\x04\x22\x4d\x18'), sentence: 'It is compressed by lz4. Run unlz4 first.' },
  { is: begins("7z\xbc\xaf'\x1c"), sentence: 'It is a 7-Zip archive. Unpack it first.' },
  { is: begins('SQLite format 3\0'), sentence: 'It is a database of SQLite.' },
  { is: begins('%PDF'), sentence: 'It is a PDF.' },
  { is: begins('\x89PNG', '\xff\xd8\xff', 'GIF8'), sentence: 'It is a picture.' },
  { is: begins('\x7fELF', 'MZ'), sentence: 'It is a program.' },
];

function looksLikeText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 32 || (byte >= 7 && byte <= 13));
}
