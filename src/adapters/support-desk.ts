import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch, version as kernel, release, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { openValueFilter } from '../domain/without-values.ts';
import type { SupportDesk } from '../ports.ts';
import { newestCommits, standingCommit } from './git.ts';
import { findPgPrograms } from './pg-programs.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const MOST_BYTES = 256 * 1024;
/** A line of a key that stands alone must be this long to be one. */
const LEAST_LINE = 16;

/** What a file for the development team needs of this process and its machine. */
export async function openSupport({ policyFile, programs, ...config }: Config, version: string): Promise<SupportDesk> {
  const given = await config.given();
  const lines = await Promise.all(given.secretFiles.map(secretLines));
  const { environment } = programs;
  return {
    withoutConfigured: openValueFilter([...given.secrets, ...lines.flat()]),
    settings: given.settings,
    policyFile: async () => {
      if (!policyFile) return undefined;
      const bytes = await readFile(policyFile.path);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { text: bytes.subarray(0, MOST_BYTES).toString('utf8'), hasChanged: sha256 !== policyFile.sha256 };
    },
    versions: async (signal) => {
      const [commit, system, installed] = await Promise.all([
        standingCommit({ folder: PROJECT, environment, signal }).catch(() => undefined),
        systemName(),
        findPgPrograms(programs),
      ]);
      return [
        ['CapOps', version],
        ...(commit ? [['CapOps’ commit', commit] as const] : []),
        ['Node', process.versions.node],
        ['Operating system', `${system ?? type()}, ${type()} ${release()}, ${arch()}`],
        ['Kernel', kernel()],
        ...installed.map(({ folder, version: found }) => [`pg_dump in ${folder}`, found] as const),
      ];
    },
    commits: ({ folder, count, signal }) => newestCommits({ folder, environment, signal }, count),
  };
}

/** The lines of a file of keys, those that say nothing left out. What cannot be read here can be told by nobody here. */
async function secretLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line.length >= LEAST_LINE && !/^(#|-----(BEGIN|END) )/.test(line));
}

async function systemName(): Promise<string | undefined> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(text)?.[1];
}
