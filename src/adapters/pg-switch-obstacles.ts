import type { Client } from 'pg';

interface Look {
  readonly name: string;
  readonly user: string;
  readonly owner: string;
  readonly mayCreate: boolean;
  readonly isOwner: boolean;
  readonly mayEndOthers: boolean;
  readonly prepared: number;
  readonly subscriptions: number;
}

const LOOK = `
  SELECT datname AS name, current_user AS user, pg_get_userbyid(datdba) AS owner,
    rolcreatedb OR rolsuper AS "mayCreate", pg_has_role(datdba, 'USAGE') AS "isOwner",
    rolsuper OR pg_has_role('pg_signal_backend', 'USAGE')
      OR NOT EXISTS (SELECT FROM pg_stat_activity WHERE datid = d.oid AND usesysid IS NOT NULL AND NOT pg_has_role(usesysid, 'USAGE')) AS "mayEndOthers",
    (SELECT count(*)::int FROM pg_prepared_xacts WHERE database = datname) AS prepared,
    (SELECT count(*)::int FROM pg_subscription WHERE subdbid = d.oid) AS subscriptions
  FROM pg_database d, pg_roles WHERE datname = current_database() AND rolname = current_user`;

const MAKING =
  'SELECT current_user AS user, rolcreatedb OR rolsuper AS "mayCreate" FROM pg_roles WHERE rolname = current_user';

/** Why no database can be made at all. */
export async function makingObstacles(client: Client): Promise<string[]> {
  const { mayCreate, user }: Pick<Look, 'mayCreate' | 'user'> = (await client.query(MAKING)).rows[0];
  return mayCreate ? [] : [mayMakeNone(user)];
}

function mayMakeNone(user: string): string {
  return `The database’s user ${user} may not make databases (ALTER ROLE … CREATEDB).`;
}

/** Why the database of this session cannot be renamed, with another put in its place. */
export async function switchObstacles(client: Client): Promise<string[]> {
  const look: Look = (await client.query(LOOK)).rows[0];
  return [
    !look.mayCreate && mayMakeNone(look.user),
    !look.isOwner && `${look.name} belongs to ${look.owner}, and ${look.user} may not rename it.`,
    !look.mayEndOthers && `${look.user} may not end the sessions of others (GRANT pg_signal_backend).`,
    look.prepared > 0 && `${look.name} has ${look.prepared} prepared transactions, which have to be ended first.`,
    look.subscriptions > 0 && `${look.name} subscribes to another database, which would go on with the old one.`,
  ].filter((obstacle) => typeof obstacle === 'string');
}
