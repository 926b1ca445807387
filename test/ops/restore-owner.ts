import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { onServer } from '../setup/database.ts';
import type { Ground } from './backup-ground.ts';

/** A user who owns the database and all in it, and may do nothing besides, as managed PostgreSQL has them; or `more`, such as `CREATEDB`. */
export async function someOwner(more = '') {
  const user = `ways_${randomBytes(4).toString('hex')}`;
  await onServer(`CREATE ROLE ${user} LOGIN ${more} PASSWORD 'x'`);
  // Later than the databases that it owns, which go first.
  onTestFinished(() => onServer(`DROP ROLE ${user}`));
  const owned = `
    DO $$ DECLARE owned text; BEGIN
      EXECUTE format('ALTER DATABASE %I OWNER TO ${user}', current_database());
      FOR owned IN SELECT format('ALTER SCHEMA %I OWNER TO ${user}', nspname) FROM pg_namespace WHERE nspname IN ('entitlement', 'assets', 'work')
        UNION ALL SELECT format('ALTER TABLE %s OWNER TO ${user}', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
          WHERE relkind = 'r' AND nspname IN ('public', 'entitlement', 'assets', 'work')
      LOOP EXECUTE owned; END LOOP;
    END $$`;
  return {
    first: async (ground: Ground) => void (await ground.platform(owned)),
    through: (url: string, database: 'platform' | 'ledger') =>
      database === 'ledger' ? url : Object.assign(new URL(url), { username: user, password: 'x' }).href,
    user,
  };
}
