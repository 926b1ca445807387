import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { placeInDump, TOC } from '../domain/dump-folder.ts';
import { TAR_END_BYTES, tarHeader, tarPadding } from '../domain/tar-header.ts';
import { UserError } from '../errors.ts';
import { codeOf } from './local-failure.ts';
import { writeInRoom } from './staging-room.ts';
import { type TarMember, tarMembers } from './tar-members.ts';

const CHUNK_BYTES = 65_536;

/** A dump's folder as a tar archive, the table of contents first: what it is can then be seen in its first bytes. */
export async function* packFolder(folder: string): AsyncGenerator<Uint8Array, void, undefined> {
  const names = (await readdir(folder)).filter((name) => name !== TOC).sort();
  for (const name of [TOC, ...names]) yield* packFile(join(folder, name), name);
  yield Buffer.alloc(TAR_END_BYTES);
}

async function* packFile(path: string, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  const { size, mtime } = await stat(path);
  const header = tarHeader({ name, bytes: size, modifiedAt: mtime });
  const changed = () => new Error(`${name} changed while it was packed`);
  if (size <= CHUNK_BYTES) {
    // A folder may have very many such files: each is one piece, and no stream.
    const content = await readFile(path);
    if (content.length !== size) throw changed();
    yield Buffer.concat([header, content, tarPadding(size)]);
    return;
  }
  yield header;
  let seen = 0;
  for await (const chunk of createReadStream(path)) {
    seen += chunk.length;
    yield chunk;
  }
  if (seen !== size) throw changed();
  yield tarPadding(size);
}

export interface Unpacking {
  /** Of the archive, in sentences. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** The table of contents and nothing else: what it says can be read of it alone. */
  readonly tocOnly?: boolean;
}

/**
 * Makes a dump's folder of a tar archive. Writes what pg_dump writes and nothing else, into this folder and nowhere else: any
 * other member, a link, a path, a file twice rejects with a UserError. Rejects with NoRoom where the disk has too little.
 */
export async function unpackFolder(
  content: AsyncIterable<Uint8Array>,
  path: string,
  { name, signal, tocOnly = false }: Unpacking,
): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  for await (const { member, file } of dumpMembers(content, name)) {
    signal?.throwIfAborted();
    if (tocOnly && file !== TOC) continue;
    await writeInRoom(join(path, file), member.content, signal).catch((error: unknown) => {
      throw codeOf(error) === 'EEXIST' ? new UserError(`${name} holds ${file} twice.`) : error;
    });
    if (tocOnly) return;
  }
}

/** The files of a dump in a tar archive, all of one folder or of none. */
export async function* dumpMembers(
  content: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<{ readonly member: TarMember; readonly file: string }, void, undefined> {
  let root: string | undefined;
  for await (const member of tarMembers(content, name)) {
    const place = placeInDump(member.name, member.type);
    if (place === 'foreign' || (root !== undefined && place.folder !== root && place.folder !== ''))
      throw notOfDump(member, name);
    root = place.folder === '' && root !== undefined ? root : place.folder;
    if (place.file !== undefined) yield { member, file: place.file };
  }
}

function notOfDump({ name, type }: TarMember, archive: string): UserError {
  const shown = name.replace(/\p{Cc}/gu, '').slice(0, 60);
  const what = type === 'other' ? 'which is no file' : 'which no dump in the directory format holds';
  return new UserError(`${archive} is no dump of a database. It is a tar archive with “${shown}” in it, ${what}.`);
}
