/** What stands at the beginning of an archive of pg_dump: custom, and the table of contents of the others. */
export interface ArchiveHeader {
  readonly format: 'custom' | 'tar';
  readonly database: string | undefined;
  readonly serverVersion: string | undefined;
  readonly pgDumpVersion: string | undefined;
}

const MAGIC = 'PGDMP';
const FORMATS: Readonly<Record<number, ArchiveHeader['format']>> = { 1: 'custom', 3: 'tar' };
/** From PostgreSQL 16 on one byte says how it is compressed; before, a number. */
const COMPRESSION_IS_A_BYTE = 0x10f;
const DATE_NUMBERS = 7;
const LONGEST = 200;

export function isArchive(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/** Undefined: it is cut off before its header ends, or is no archive. Texts are without what a terminal would obey. */
export function readArchiveHeader(bytes: Uint8Array): ArchiveHeader | undefined {
  if (!isArchive(bytes)) return undefined;
  const [major = 0, minor = 0, , integerBytes = 4, , code = 0] = bytes.subarray(MAGIC.length);
  const format = FORMATS[code];
  if (!format) return undefined;
  const reader = openReader(bytes, { at: MAGIC.length + 6, integerBytes });
  if (major * 256 + minor >= COMPRESSION_IS_A_BYTE) reader.skip(1);
  else reader.integer();
  for (let n = 0; n < DATE_NUMBERS; n++) reader.integer();
  const [database, server, pgDump] = [reader.text(), reader.text(), reader.text()];
  if (!reader.isWithin()) return undefined;
  return { format, database, serverVersion: versionIn(server), pgDumpVersion: versionIn(pgDump) };
}

/** `15.18` of `15.18 (Debian 15.18-0+deb12u1)`. */
export function versionIn(text: string | undefined): string | undefined {
  return /^\d[\w.]{0,20}/.exec(text ?? '')?.[0];
}

function openReader(bytes: Uint8Array, begin: { at: number; integerBytes: number }) {
  let at = begin.at;
  const integer = (): number => {
    const isNegative = bytes[at] === 1;
    let value = 0;
    for (let n = begin.integerBytes; n > 0; n--) value = value * 256 + (bytes[at + n] ?? 0);
    at += begin.integerBytes + 1;
    return isNegative ? -value : value;
  };
  const text = (): string | undefined => {
    const length = integer();
    if (length < 0 || at + length > bytes.length) return undefined;
    const found = Buffer.from(bytes.subarray(at, at + length)).toString();
    at += length;
    return found.replace(/\p{Cc}/gu, '').slice(0, LONGEST) || undefined;
  };
  return {
    integer,
    text,
    skip: (count: number) => {
      at += count;
    },
    isWithin: () => at <= bytes.length,
  };
}
