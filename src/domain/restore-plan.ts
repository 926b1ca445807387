import type { DumpContents, DumpIdentity } from '../ports.ts';
import type { Rights } from './restore-rights.ts';

/** What is known before a restore. */
export interface Meeting extends Rights {
  readonly identity: DumpIdentity;
  readonly contents: DumpContents;
  readonly policyRoles: readonly string[];
  readonly missingRoles: readonly string[];
  /** Whether it may stand beside what is there. */
  readonly isWithin: boolean;
  /** Of the program that would restore it: pg_restore or psql. Undefined: there is none that could. */
  readonly program: { readonly name: string; readonly version: string } | undefined;
  /** Whether psql can be held to SQL alone. */
  readonly hasRestrict: boolean;
}

/** Why a restore would fail, or may not be, each in sentences with what mends it. */
export function obstaclesTo(meeting: Meeting): string[] {
  const all = [
    notEmpty(meeting),
    createsDatabase(meeting),
    newer(meeting),
    noProgram(meeting),
    ...extensions(meeting),
    policies(meeting),
    noOwner(meeting),
    ...(meeting.trust === 'foreign' ? [...meeting.contents.refusals, ...foreign(meeting)] : []),
  ];
  return all.filter((obstacle) => obstacle !== undefined);
}

function notEmpty({ target, isWithin }: Meeting): string | undefined {
  if (target.objects === 0 || isWithin) return undefined;
  return `The database ${target.database} is not empty: a dump is restored into a new one alone.`;
}

function createsDatabase({ contents }: Meeting): string | undefined {
  if (!contents.createsDatabase) return undefined;
  return 'It was made by pg_dump with --create (-C): it would leave the database that it is restored into, and change the one that it was made of. Dump again without -C.';
}

function newer({ identity, target }: Meeting): string | undefined {
  const { serverVersion } = identity;
  if (serverVersion === undefined || majorOf(serverVersion) <= target.major) return undefined;
  return `It is of PostgreSQL ${serverVersion}, and the server is ${target.serverVersion}: what is newer cannot be restored on what is older. Restore it on a server of version ${majorOf(serverVersion)}.`;
}

/** Undefined: there is one. */
export function noProgram({ identity, program }: Pick<Meeting, 'identity' | 'program'>): string | undefined {
  if (program) return undefined;
  const needed = identity.format === 'plain' ? 'psql' : 'pg_restore';
  const major = identity.pgDumpVersion === undefined ? undefined : majorOf(identity.pgDumpVersion);
  const version = major === undefined || needed === 'psql' ? '' : ` of version ${major} or newer`;
  const suffix = version === '' ? '' : `-${major}`;
  return `It is restored by a ${needed}${version}, which is not here. On Debian: sudo apt-get install postgresql-client${suffix}. Or let PG_BIN name the folder that holds one.`;
}

function extensions({ contents, target, trust }: Meeting): (string | undefined)[] {
  const known = new Map(target.extensions.map((extension) => [extension.name, extension]));
  const missing = contents.extensions.filter((name) => !known.has(name));
  const closed = target.extensions.filter(({ name, isThere, isTrusted }) => {
    const mayNotMake = trust === 'foreign' || !target.isSuperuser;
    return contents.extensions.includes(name) && mayNotMake && !isTrusted && !isThere;
  });
  return [
    missing.length > 0
      ? `The server lacks ${missing.length === 1 ? 'the extension' : 'the extensions'} ${missing.join(', ')}, which it needs. Install what brings them (on Debian, many come with postgresql-contrib), and try again.`
      : undefined,
    closed.length > 0
      ? `Only a superuser may make the extension ${closed.map(({ name }) => name).join(', ')}, which it needs.${trust === 'foreign' ? ' A dump from elsewhere is restored without such rights.' : ` Let one run CREATE EXTENSION in ${target.database} first.`}`
      : undefined,
  ];
}

function policies({ policyRoles, missingRoles }: Meeting): string | undefined {
  const missing = policyRoles.filter((role) => missingRoles.includes(role));
  if (missing.length === 0) return undefined;
  return `It holds policies for ${missing.join(', ')}, which the server does not have: without them, rows would be hidden or shown that should not be. Create the role first: CREATE ROLE …`;
}

function noOwner({ owner, target }: Meeting): string | undefined {
  if (owner === undefined || target.roles.some(({ name }) => name === owner)) return undefined;
  return `The server has no role ${owner}, which is to own what is restored.`;
}

function foreign({ contents, target, owner = target.owner, hasRestrict, program }: Meeting) {
  const isOwnedByAll = target.roles.some(({ name, isSuperuser }) => name === owner && isSuperuser);
  const routines = contents.code.filter((name) => /^(FUNCTION|PROCEDURE) /.test(name));
  return [
    target.mayMakeRoles
      ? undefined
      : `A dump from elsewhere is restored by a role of its own, and ${target.user} may make none. Let an administrator run: ALTER ROLE … CREATEROLE.`,
    isOwnedByAll && routines.length > 0
      ? `It brings code (${routines.slice(0, 3).join(', ')}${routines.length > 3 ? ', …' : ''}), which would belong to the superuser ${owner} and could do all that it may. Name another owner for what is restored.`
      : undefined,
    program && !hasRestrict
      ? `psql ${program.version} cannot be held to SQL alone, as a dump from elsewhere needs it. Update the postgresql-client package.`
      : undefined,
  ];
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
