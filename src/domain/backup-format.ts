import { UserError } from '../errors.ts';
import type { ArchiveLayout } from '../ports.ts';

/** What a backup's file holds, from the inside out. */
export interface BackupFormat extends ArchiveLayout {
  readonly isEncrypted: boolean;
}

const LAYOUTS: Readonly<Record<string, ArchiveLayout>> = {
  '.sql': { format: 'plain', compression: 'none' },
  '.sql.gz': { format: 'plain', compression: 'gzip' },
  '.sql.zst': { format: 'plain', compression: 'zstd' },
  '.dump': { format: 'custom', compression: 'none' },
  '.dump.zst': { format: 'custom', compression: 'zstd' },
  '.dir.tar': { format: 'directory', compression: 'none' },
};
const ENCRYPTED = '.age';

/** The endings that say which format a file is in, without `.age`. */
export const ENDINGS: readonly string[] = Object.keys(LAYOUTS);

/** Reads the format off a file's name, in whatever case. Throws a UserError for every other ending. */
export function formatOf(fileName: string): BackupFormat {
  const name = fileName.toLowerCase();
  const isEncrypted = name.endsWith(ENCRYPTED);
  const inner = isEncrypted ? name.slice(0, -ENCRYPTED.length) : name;
  const ending = ENDINGS.toSorted((a, b) => b.length - a.length).find((candidate) => inner.endsWith(candidate));
  const layout = ending && LAYOUTS[ending];
  if (layout) return { ...layout, isEncrypted };
  throw new UserError(
    `“${fileName}” does not say which format it is in. A backup’s name ends in ${ENDINGS.slice(0, -1).join(', ')} or ${ENDINGS.at(-1)}, with .age behind it where it is encrypted.${reasonOf(inner)}`,
  );
}

/** The ending that says so: `.dump.zst.age`. Throws for a layout that no file name stands for. */
export function endingOf({ format, compression, isEncrypted }: BackupFormat): string {
  const ending = ENDINGS.find((candidate) => {
    const layout = LAYOUTS[candidate];
    return layout?.format === format && layout.compression === compression;
  });
  if (!ending) throw new Error(`No file name stands for ${format} in ${compression}`);
  return isEncrypted ? ending + ENCRYPTED : ending;
}

function reasonOf(name: string): string {
  if (name.endsWith('.dump.gz')) return ' A .dump is compressed by gzip already: leave out the .gz.';
  if (/\.dir\.(tgz|tar\.(gz|zst))$/.test(name))
    return ' A .dir.tar is compressed inside already: leave out what is behind .tar.';
  if (/\.(tar|tgz|tar\.gz|dir)$/.test(name))
    return ' Of pg_dump’s directory format the name ends in .dir.tar; its tar format is not written.';
  return '';
}
