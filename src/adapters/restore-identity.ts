import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isArchive, readArchiveHeader, versionIn } from '../domain/archive-header.ts';
import { TOC } from '../domain/dump-folder.ts';
import { whatItIs } from '../domain/file-kind.ts';
import { UserError } from '../errors.ts';
import type { ArchiveLayout, DumpIdentity, ReadRequest, RestoreSource } from '../ports.ts';
import { codeOf, isMissing } from './local-failure.ts';
import { dumpMembers } from './packed-folder.ts';
import { peek } from './peeked-content.ts';
import { decompressedBytes, decryptedBytes, storedBytes } from './restore-source.ts';

const HEAD_BYTES = 65_536;
const AGE = 'age-encryption.org/';
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
      try {
        return { ...(await archiveIdentity(archive, source)), compression, isEncrypted };
      } finally {
        await archive.close();
      }
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

async function archiveIdentity(
  { head, content }: { readonly head: Buffer; readonly content: AsyncIterable<Uint8Array> },
  { name }: RestoreSource,
): Promise<ArchiveIdentity> {
  if (isArchive(head)) {
    const header = readArchiveHeader(head);
    if (header?.format === 'custom') return header;
    if (header)
      throw new UserError(`${name} is the ${TOC} of a dump in the directory format. Name its folder instead.`);
  }
  if (head.toString('latin1', 257, 262) === 'ustar') return tarIdentity(content, name);
  const text = head.toString();
  if (!PLAIN.test(text)) throw new UserError(`${name} is no dump of a database. ${whatItIs(head)}`);
  return {
    format: 'plain',
    database: undefined,
    serverVersion: versionIn(/^-- Dumped from database version (.*)$/m.exec(text)?.[1]),
    pgDumpVersion: versionIn(/^-- Dumped by pg_dump version (.*)$/m.exec(text)?.[1]),
  };
}

/** pg_dump's own tar format, or a packed folder: goes on up to the table of contents, or to what no dump holds. */
async function tarIdentity(content: AsyncIterable<Uint8Array>, name: string): Promise<ArchiveIdentity> {
  for await (const { member, file } of dumpMembers(content, name)) {
    if (file !== TOC) continue;
    const { head } = await peek(member.content, HEAD_BYTES);
    const header = readArchiveHeader(head);
    if (!header) throw new UserError(`${name} is no dump. Its ${TOC} does not begin as pg_dump begins it.`);
    return member.isByPgDump ? { ...header, format: 'tar' } : { ...header, format: 'directory', isPacked: true };
  }
  throw new UserError(`${name} is a tar archive without ${TOC}, with which a dump in the directory format begins.`);
}

function compressionOf(head: Buffer): ArchiveLayout['compression'] {
  if (head.length < 4) return 'none';
  if (head.readUInt16BE(0) === 0x1f8b) return 'gzip';
  return head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none';
}
