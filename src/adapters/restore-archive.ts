import { isUnknownSettingAlone, withoutUnknownSetting } from '../domain/unknown-setting.ts';
import { PATIENCE } from './dump-bench.ts';
import { leash } from './leash.ts';
import type { PgPrograms } from './pg-programs.ts';
import { feed } from './restore-reading.ts';
import { type Access, type Restoring, TRANSACTION_TIMEOUT_SINCE, withAccess } from './restore-run.ts';
import type { StagedDump } from './restore-staging.ts';

export interface ArchiveRestoring extends Restoring {
  readonly jobs: number;
  /** Without owners, rights and comments on what is not of the dump; from a path alone. */
  readonly isBare: boolean;
}

/** Restores an archive. Resolves with what pg_restore warned of. */
export async function restoreArchive(dump: StagedDump, restoring: ArchiveRestoring): Promise<string[]> {
  return withAccess(restoring, async ({ crew, folder, env }) => {
    const { jobs, isBare, pg, serverMajor } = restoring;
    const parallel = dump.path !== undefined && dump.identity.format !== 'tar' && jobs > 1 ? [`--jobs=${jobs}`] : [];
    const bare = isBare && dump.path !== undefined ? await bareArgs(dump.path, { crew, folder, env, pg }) : [];
    const goesOn = pg.major >= TRANSACTION_TIMEOUT_SINCE && serverMajor < TRANSACTION_TIMEOUT_SINCE;
    const errors = goesOn ? [] : ['--exit-on-error'];
    const path = dump.path === undefined ? [] : [dump.path];
    const args = [...errors, '--no-password', `--dbname=${PATIENCE}`, ...parallel, ...bare, ...path];
    const program = { path: pg.pgRestore, args, env, ...(goesOn ? { isWell: isUnknownSettingAlone } : {}) };
    const child = crew.start(program, [dump.path === undefined ? 'pipe' : 'ignore', 'ignore', 'pipe']);
    leash(child);
    if (child.stdin) await feed(child.stdin, dump.content());
    const said = await crew.allWell();
    return goesOn ? said.map(withoutUnknownSetting).filter(Boolean) : said;
  });
}

/** The table of contents without comments on what is not of the dump, which only their owner may make. */
async function bareArgs(path: string, { crew, folder, env, pg }: Access & { pg: PgPrograms }): Promise<string[]> {
  const { stdout } = crew.start({ path: pg.pgRestore, args: ['--list', path], env }, ['ignore', 'pipe', 'pipe']);
  let list = '';
  for await (const chunk of stdout ?? []) list += chunk;
  const kept = list.split('\n').filter((line) => !/^\d+; \d+ \d+ COMMENT - (EXTENSION|SCHEMA public) /.test(line));
  return ['--no-owner', '--no-privileges', `--use-list=${await folder.keep('contents', kept.join('\n'))}`];
}
