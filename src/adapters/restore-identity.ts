import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isArchive, readArchiveHeader, versionIn } from '../domain/archive-header.ts';
import { whatItIs } from '../domain/file-kind.ts';
import { UserError } from '../errors.ts';
import type { ArchiveLayout, DumpIdentity, ReadRequest, RestoreSource } from '../ports.ts';
import { codeOf, isMissing } from './local-failure.ts';
import { peek } from './peeked-content.ts';
import { decompressedBytes, decryptedBytes, storedBytes } from './restore-source.ts';

const HEAD_BYTES = 65_536;
const AGE = 'age-encryption.org/';
const TAR_BLOCK = 512;
const TOC = 'toc.dat';
const PLAIN = /^(?:\ufeff)?--\r?\n-- PostgreSQL database dump\r?\n/;

/** What a source is, by its first bytes; see the port. */
export async function identifyDump(source: RestoreSource, request: ReadRequest): Promise<DumpIdentity> {
  if ('path' in source && (await kindOfPath(source)) === 'folder') return identifyFolder(source);
  const stored = storedBytes(source, { ...request, progress: undefined, isUnchecked: true });
  const first = await peek(stored, AGE.length);
  try {
    const isEncrypted = first.head.toString('latin1') === AGE;
    const opened = await peek(isEncrypted ? decryptedBytes(first.content, source, request) : first.content, 4);
    try {
      const compression = compressionOf(opened.head);
      const archive = await peek(decompressedBytes(opened.content, compression, source), HEAD_BYTES);
      await archive.close();
      return { ...archiveIdentity(archive.head, source), compression, isEncrypted };
    } finally {
      await opened.close();
    }
  } finally {
    await first.close();
  }
}

async function kindOfPath({ path, name }: { readonly path: string; readonly name: string }) {
  const found = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) throw new UserError(`There is no ${name}.`);
    if (codeOf(error) === 'EACCES') throw new UserError(`CapOps may not read ${name}.`);
    throw error;
  });
  if (found.isDirectory()) return 'folder';
  if (!found.isFile()) throw new UserError(`${name} is neither a file nor a folder.`);
  return 'file';
}

async function identifyFolder({ path, name }: { path: string; name: string }): Promise<DumpIdentity> {
  const file = await open(join(path, TOC)).catch((error: unknown) => {
    if (isMissing(error))
      throw new UserError(`${name} is a folder without ${TOC}, with which a dump in the directory format begins.`);
    throw error;
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const header = readArchiveHeader(buffer.subarray(0, bytesRead));
    if (!header) throw new UserError(`${name} is no dump. Its ${TOC} does not begin as pg_dump begins it.`);
    return { ...header, format: 'directory', compression: 'none', isEncrypted: false };
  } finally {
    await file.close();
  }
}

type ArchiveIdentity = Omit<DumpIdentity, 'compression' | 'isEncrypted'>;

function archiveIdentity(head: Buffer, { name }: RestoreSource): ArchiveIdentity {
  if (isArchive(head)) {
    const header = readArchiveHeader(head);
    if (header?.format === 'custom') return header;
    if (header)
      throw new UserError(`${name} is the ${TOC} of a dump in the directory format. Name its folder instead.`);
  }
  if (head.toString('latin1', 257, 262) === 'ustar') return tarIdentity(head, name);
  const text = head.toString();
  if (!PLAIN.test(text)) throw new UserError(`${name} is no dump of a database. ${whatItIs(head)}`);
  return {
    format: 'plain',
    database: undefined,
    serverVersion: versionIn(/^-- Dumped from database version (.*)$/m.exec(text)?.[1]),
    pgDumpVersion: versionIn(/^-- Dumped by pg_dump version (.*)$/m.exec(text)?.[1]),
  };
}

function tarIdentity(head: Buffer, name: string): ArchiveIdentity {
  const first = head.toString('utf8', 0, 100).replace(/\0.*$/s, '');
  const header = first === TOC ? readArchiveHeader(head.subarray(TAR_BLOCK)) : undefined;
  if (header) return { ...header, format: 'tar' };
  const shown = first.replace(/\p{Cc}/gu, '').slice(0, 60);
  throw new UserError(
    first.endsWith(`/${TOC}`)
      ? `${name} is a packed folder of a dump in the directory format. Unpack it, and name the folder.`
      : `${name} is no dump of a database. It is a tar archive that begins with “${shown}”, where pg_dump’s begin with ${TOC}.`,
  );
}

function compressionOf(head: Buffer): ArchiveLayout['compression'] {
  if (head.length < 4) return 'none';
  if (head.readUInt16BE(0) === 0x1f8b) return 'gzip';
  return head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none';
}
