/** Tar is made of blocks of so many bytes: a header each, then the member's content. */
export const TAR_BLOCK_BYTES = 512;
/** An archive ends with this many of zeros. */
export const TAR_END_BYTES = 2 * TAR_BLOCK_BYTES;

/** One member's header. */
export interface TarHeader {
  readonly name: string;
  readonly bytes: number;
  /** `note`: what some tars write before a member, about it (pax), or about all; `long name`: the next one's. */
  readonly type: 'file' | 'folder' | 'note' | 'note for all' | 'long name' | 'other';
  /** Written by `pg_dump --format=tar`, which signs each header so. */
  readonly isByPgDump: boolean;
}

const NAME_BYTES = 100;
const SIZE = { at: 124, length: 12 };
const CHECKSUM = { at: 148, length: 8 };
const MOST_IN_OCTAL = 8 ** 11 - 1;
const TYPES: Readonly<Record<string, TarHeader['type']>> = {
  '0': 'file',
  '\0': 'file',
  '5': 'folder',
  x: 'note',
  g: 'note for all',
  L: 'long name',
};

/** The header of a plain file that only its owner reads. Of GNU's kind where it has 8 GiB and more. */
export function tarHeader({ name, bytes, modifiedAt }: { name: string; bytes: number; modifiedAt: Date }): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new Error(`${name} is too long a name for a tar archive`);
  const block = Buffer.alloc(TAR_BLOCK_BYTES);
  block.write(name, 0);
  block.write(octal(0o600, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  if (bytes <= MOST_IN_OCTAL) block.write(octal(bytes, SIZE.length), SIZE.at);
  else writeBinary(block, bytes);
  block.write(octal(Math.floor(modifiedAt.getTime() / 1000), 12), 136);
  block.write('0', 156);
  block.write('ustar\x0000', 257, 'latin1');
  block.write(`${octal(checksumOf(block), 7)} `, CHECKSUM.at, 'latin1');
  return block;
}

/** Zeros behind a member's content, up to the next block. */
export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((TAR_BLOCK_BYTES - (bytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES);
}

/** `end`: a block of zeros; `broken`: no header, or one that was changed. */
export function readTarHeader(block: Buffer): TarHeader | 'end' | 'broken' {
  if (block.every((byte) => byte === 0)) return 'end';
  const isTar = block.toString('latin1', 257, 262) === 'ustar';
  const bytes = sizeIn(block);
  if (!isTar || bytes === undefined || octalIn(block, CHECKSUM) !== checksumOf(block)) return 'broken';
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textIn(block, 345, 155) : '';
  return {
    name: [prefix, textIn(block, 0, NAME_BYTES)].filter(Boolean).join('/'),
    bytes,
    type: TYPES[block.toString('latin1', 156, 157)] ?? 'other',
    isByPgDump:
      textIn(block, 265, 32) === 'postgres' &&
      octalIn(block, { at: 108, length: 8 }) === 0o4000 &&
      octalIn(block, { at: 116, length: 8 }) === 0o2000,
  };
}

/** What a note of the pax kind says: `path`, `size`. Undefined: it is none. */
export function readPaxNote(content: Buffer): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(' ', at);
    const length = space < 0 ? 0 : Number(content.toString('latin1', at, space));
    const record = content.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (!Number.isInteger(length) || length < 5 || at + length > content.length || equals < 1) return undefined;
    found[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return found;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}

/** GNU's way for what octal has no room for: a high bit, then the number itself. */
function writeBinary(block: Buffer, bytes: number): void {
  block.writeUInt8(0x80, SIZE.at);
  block.writeBigUInt64BE(BigInt(bytes), SIZE.at + SIZE.length - 8);
}

function sizeIn(block: Buffer): number | undefined {
  if (block[SIZE.at] !== 0x80) return octalIn(block, SIZE);
  const bytes = Number(block.readBigUInt64BE(SIZE.at + SIZE.length - 8));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function octalIn(block: Buffer, { at, length }: { readonly at: number; readonly length: number }): number | undefined {
  const text = textIn(block, at, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function textIn(block: Buffer, at: number, length: number): string {
  return block.toString('utf8', at, at + length).replace(/\0.*$/s, '');
}

/** The sum of all bytes, with its own place counted as spaces. */
function checksumOf(block: Buffer): number {
  const own = CHECKSUM.length * 0x20;
  return block.reduce(
    (sum, byte, at) => sum + (at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.length ? 0 : byte),
    own,
  );
}
