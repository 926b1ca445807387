import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program from outside npm that some tests run: what it is for, the commands it must bring, and Debian's packages. */
export type Need = { for: string; commands: string[]; package: string };

/** Everything the tests need beyond npm. One line a need; `itNeeds` names them. */
export const NEEDS = {
  redis: { for: 'tests of the cache', commands: ['redis-server'], package: 'redis-server' },
  postgresClient: { for: 'tests of dumps', commands: ['psql', 'pg_dump', 'pg_restore'], package: 'postgresql-client' },
  script: { for: 'tests of questions at a terminal', commands: ['script'], package: 'bsdutils' },
  chromium: { for: 'tests in the browser', commands: ['chromium'], package: 'chromium' },
  zstd: { for: 'tests of compressed backups', commands: ['zstd'], package: 'zstd' },
  age: { for: 'tests of encrypted backups', commands: ['age', 'age-keygen'], package: 'age' },
  aws: { for: 'tests of restoring without CapOps', commands: ['aws'], package: 'awscli' },
  openssl: { for: 'tests of certificates', commands: ['openssl'], package: 'openssl' },
  docker: {
    for: 'tests of containers’ logs',
    commands: ['dockerd', 'docker', 'busybox'],
    package: 'docker.io busybox-static',
  },
  restic: { for: 'tests of how long backups stay', commands: ['restic'], package: 'restic' },
  objectStore: {
    for: 'tests of backups in an object store',
    commands: ['radosgw', 'radosgw-admin', 'ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool'],
    package: 'radosgw ceph-mon ceph-osd ceph-common',
  },
} satisfies Record<string, Need>;

export type NeedName = keyof typeof NEEDS;

/** Why tests with this need cannot run here, with the line that mends it; undefined when they can. */
export function whyMissing(name: NeedName): string | undefined {
  const need = NEEDS[name];
  if (need.commands.every(isInstalled)) return undefined;
  return `needs ${need.package}: ${installLine([need])}`;
}

/** Installs what is missing where that is ours to do (root on Debian or its kin); elsewhere says how. */
export function prepareMachine(say: (line: string) => void): void {
  const missing = Object.values(NEEDS).filter((need) => !need.commands.every(isInstalled));
  if (missing.length === 0) say('Everything the tests need is installed');
  for (const need of missing) {
    if (!mayInstall()) say(`${need.package} is missing (${need.for}), to install it: ${installLine([need])}`);
    else say(`Installing ${need.package} (${need.for} need it)`);
  }
  if (missing.length > 0 && mayInstall() && !install(missing))
    say(`Not installed, tests are skipped; by hand: ${installLine(missing)}`);
}

function isInstalled(command: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && isInstalled('apt-get');
}

function installLine(needs: Need[]): string {
  return `sudo ${installCommand(needs).join(' ')}`;
}

function installCommand(needs: Need[]): string[] {
  return ['apt-get', 'install', '-y', '--no-install-recommends', ...needs.flatMap((need) => need.package.split(' '))];
}

function install(needs: Need[]): boolean {
  if (run(installCommand(needs))) return true;
  // The lists of packages may be old, or absent as in a fresh container.
  return run(['apt-get', 'update']) && run(installCommand(needs), 'inherit');
}

function run([command = '', ...args]: string[], output: 'ignore' | 'inherit' = 'ignore'): boolean {
  // At runlevel 1 Debian's packages do not start their service: the tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return spawnSync(command, args, { env, stdio: ['ignore', output, output] }).status === 0;
}
