import {
  readPaxNote,
  readTarHeader,
  TAR_BLOCK_BYTES,
  TAR_END_BYTES,
  type TarHeader,
  tarPadding,
} from '../domain/tar-header.ts';
import { UserError } from '../errors.ts';
import { type ByteSource, openByteSource } from './byte-source.ts';

/** Of what is written about a member, or about all. */
const MOST_NOTE_BYTES = 65_536;

/** A member of a tar archive: a file, a folder, or something else. */
export interface TarMember extends Pick<TarHeader, 'name' | 'bytes' | 'type' | 'isByPgDump'> {
  /** To be read before the next member is asked for; what is left of it is let go then. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * The members of a tar archive in their order, as it goes by. Ends where the content does. Rejects with a UserError where that
 * is no whole tar archive: cut off, changed, or with something behind its end. `name` is what it is called there.
 */
export async function* tarMembers(
  content: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<TarMember, void, undefined> {
  const source = openByteSource(
    content,
    () => new UserError(`${name} was cut off: the end of a tar archive is not at its end.`),
  );
  let said: Readonly<Record<string, string>> = {};
  try {
    for (;;) {
      const header = readTarHeader(await source.take(TAR_BLOCK_BYTES));
      if (header === 'end') break;
      if (header === 'broken') throw changed(name);
      if (header.type.includes('note') || header.type === 'long name') {
        said = { ...said, ...(await noteOf(header, source, name)) };
        continue;
      }
      yield* oneMember(header, { source, said, archive: name });
      said = {};
    }
    await checkEnd(source, name);
  } finally {
    await source.close();
  }
}

async function* oneMember(
  header: TarHeader,
  { source, said, archive }: { source: ByteSource; said: Readonly<Record<string, string>>; archive: string },
): AsyncGenerator<TarMember, void, undefined> {
  const bytes = said.size === undefined ? header.bytes : Number(said.size);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw changed(archive);
  let seen = 0;
  async function* content(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source.pass(bytes)) {
      seen += chunk.length;
      yield chunk;
    }
  }
  const name = (said.path ?? header.name).replace(/\0.*$/s, '');
  yield { name, bytes, type: header.type, isByPgDump: header.isByPgDump, content: content() };
  for await (const _ of source.pass(bytes - seen));
  await source.take(tarPadding(bytes).length);
}

async function noteOf(
  { type, bytes }: TarHeader,
  source: ByteSource,
  archive: string,
): Promise<Readonly<Record<string, string>>> {
  if (bytes > MOST_NOTE_BYTES) throw changed(archive);
  const text = await source.take(bytes);
  await source.take(tarPadding(bytes).length);
  if (type === 'long name') return { path: text.toString() };
  const said = readPaxNote(text);
  if (!said) throw changed(archive);
  return type === 'note' ? said : {};
}

/** Behind the first block of zeros there is another one, and nothing but zeros from there on. */
async function checkEnd(source: ByteSource, archive: string): Promise<void> {
  let isZero = (await source.take(TAR_END_BYTES - TAR_BLOCK_BYTES)).every((byte) => byte === 0);
  for await (const chunk of source.rest()) isZero &&= chunk.every((byte) => byte === 0);
  if (!isZero) throw new UserError(`${archive} is no whole tar archive: something stands behind its end.`);
}

function changed(archive: string): UserError {
  return new UserError(`${archive} is no whole tar archive: it was changed.`);
}
