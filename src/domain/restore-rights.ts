import type { RoleUse } from './plain-sql-roles.ts';
import type { RestoreTarget } from './restore-target.ts';
import { quotedName } from './sql-quoting.ts';

/** A statement that only some may run: of owners and rights, and comments on what is not of the dump. */
export interface HeldStatement {
  readonly sql: string;
  /** Undefined: a comment. */
  readonly use: RoleUse | undefined;
}

export interface Rights {
  readonly trust: 'ours' | 'foreign';
  readonly target: RestoreTarget;
  /** Owns what roles would own that are not there; undefined: whoever restores. */
  readonly owner: string | undefined;
}

/** Roles that the server does not have. */
export function missingRoles(roles: readonly string[], { roles: known }: RestoreTarget): string[] {
  const names = new Set(known.map(({ name }) => name));
  return roles.filter((role) => !names.has(role));
}

/** Roles to which objects are not given though they are there: we may not, or the dump is not ours and they may do all. */
export function closedRoles(held: readonly HeldStatement[], rights: Rights): string[] {
  const given = held.flatMap(({ use }) => (use && use.kind !== 'grant' ? use.roles : []));
  const there = rights.target.roles.filter(({ name }) => given.includes(name));
  const closed = there.filter((role) => isClosed(role, rights)).map(({ name }) => name);
  return closed.sort();
}

/** Whether the programs may run all of it as it stands. */
export function runsAsItStands(held: readonly HeldStatement[], { trust, target }: Rights): boolean {
  if (trust === 'foreign') return false;
  if (target.isSuperuser)
    return (
      missingRoles(
        held.flatMap(({ use }) => use?.roles ?? []),
        target,
      ).length === 0
    );
  return held.every(({ sql, use }) => use !== undefined && isOwn(sql, use, target));
}

/**
 * Decides statement by statement, in the dump's order, what is to be run for it: the same, or with another owner where the
 * role is not there; undefined: nothing.
 */
export function rightsFilter(rights: Rights): (statement: HeldStatement) => string | undefined {
  let isOther = false; // Within a session of a role that is left out.
  return ({ sql, use }) => {
    const isOpen = use === undefined || use.roles.every((name) => isGiven(name, use, rights));
    if (use?.kind === 'session') {
      isOther = !isOpen || (use.roles.length > 0 && rights.trust === 'foreign');
      return isOther || rights.trust === 'foreign' ? undefined : sql;
    }
    if (isOther) return undefined;
    if (isOpen) return sql;
    if (use?.kind !== 'owner' || rights.owner === undefined) return undefined;
    return `${sql.slice(0, use.at)}${quotedName(rights.owner)};`;
  };
}

/** The same for statements none of which may fail. */
export function certainFilter(rights: Rights): (statement: HeldStatement) => string | undefined {
  const filter = rightsFilter(rights);
  if (rights.target.isSuperuser) return filter;
  return (held) => (held.use && isOwn(held.sql, held.use, rights.target) ? filter(held) : undefined);
}

function isGiven(name: string, { kind }: RoleUse, rights: Rights): boolean {
  const role = rights.target.roles.find((known) => known.name === name);
  if (!role) return false;
  return kind === 'grant' ? !(rights.trust === 'foreign' && role.isSuperuser) : !isClosed(role, rights);
}

function isClosed(role: RestoreTarget['roles'][number], { trust }: Rights): boolean {
  return !role.isOpen || (trust === 'foreign' && role.isSuperuser);
}

/** Whether it gives nothing away: objects stay with the user, who may then grant. */
function isOwn(sql: string, use: RoleUse, target: RestoreTarget): boolean {
  if (use.kind === 'session') return false;
  if (use.kind === 'owner' || /^ALTER DEFAULT/i.test(sql)) return use.roles.every((role) => role === target.user);
  return missingRoles(use.roles, target).length === 0;
}
