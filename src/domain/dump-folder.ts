/** The table of contents of a dump in the directory format. */
export const TOC = 'toc.dat';

/** What pg_dump calls the files of one, of whatever version and compression; `restore.sql` is its tar format's. */
const FILES = /^(toc\.dat|restore\.sql|blobs(_\d+)?\.toc|(blob_)?\d+\.dat(\.(gz|lz4|zst))?)$/;

/** Where a member of a tar archive belongs in a dump’s folder. */
export type PackedPlace =
  /** `folder`: what the archive calls the folder itself; empty: nothing. */
  | { readonly folder: string; readonly file: string | undefined }
  /** No such dump holds it. */
  | 'foreign';

/** Reads a member's name: a dump's file, with at most one folder around it. */
export function placeInDump(name: string, type: string): PackedPlace {
  const parts = name.split('/').filter((part, at) => !(part === '.' && at === 0));
  if (name.startsWith('/')) return 'foreign';
  if (type === 'folder') {
    const [folder = '', ...rest] = parts.at(-1) === '' ? parts.slice(0, -1) : parts;
    return rest.length === 0 && isOneFolder(folder) ? { folder, file: undefined } : 'foreign';
  }
  const [file = '', folder = '', ...rest] = parts.toReversed();
  const isIts = type === 'file' && rest.length === 0 && FILES.test(file) && isOneFolder(folder);
  return isIts ? { folder, file } : 'foreign';
}

/** A name for a folder, and never a way out of where it is. */
function isOneFolder(folder: string): boolean {
  return !/^\.\.?$/.test(folder) && !/[\\\p{Cc}]/u.test(folder);
}
