import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import type { Outcome } from '../../src/ops/service/service.ts';
import { addressOf } from '../setup/database.ts';
import { type Ground, openGround } from './backup-ground.ts';
import { POLICY, said, TERMINAL } from './desk.ts';

export const FORCED = { force: { reason: 'a test' } };

/** Types a command in the terminal, and confirms what it shows. */
export async function confirmed(ground: Ground, text: string): Promise<Outcome> {
  const shown = await ground.types(TERMINAL, text, FORCED);
  if (shown.kind !== 'preview' || shown.confirmation === undefined) return shown;
  return ground.types(TERMINAL, text, { ...FORCED, confirmation: shown.confirmation });
}

export async function done(ground: Ground, text: string): Promise<string> {
  const outcome = await confirmed(ground, text);
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  return said(outcome);
}

export const codes = async (ground: Ground) =>
  (await ground.platform('SELECT code FROM public.organizations ORDER BY code')).map(({ code }) => code);

/** Databases beside the live one, without their stamps. */
export async function beside(ground: Ground): Promise<string[]> {
  const live = new URL(ground.platformUrl).pathname.slice(1);
  const rows = await ground.platform(
    `SELECT datname FROM pg_database WHERE datname LIKE '${live}\\_%' ORDER BY datname`,
  );
  return rows
    .map(({ datname }) =>
      String(datname)
        .slice(live.length + 1)
        .replace(/_\d{8}t\d{6}z$/, ''),
    )
    .filter((name) => name !== 'capops');
}

/** Removes what a test has left beside its database. */
async function tidy(live: string): Promise<void> {
  const client = new Client({ connectionString: addressOf('postgres') });
  await client.connect();
  const { rows } = await client.query(
    `SELECT datname FROM pg_database WHERE datname ~ '^${live}_(before|restore|undone|drill)'`,
  );
  for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  await client.end();
}

type More = Parameters<typeof openGround>[0] & {
  /** Done before anything else is. */
  readonly first?: (ground: Ground) => Promise<void>;
};

/** One airport. */
export async function begin({ first, ...more }: More = {}): Promise<Ground> {
  const admin = { users: ['U0ADA', 'U0EVE'], groups: [] };
  const policy = { ...POLICY, roles: { ...POLICY.roles, admin } };
  const ground = await openGround({ ...more, settings: { timeZone: 'Europe/London', policy, ...more.settings } });
  const live = new URL(ground.platformUrl).pathname.slice(1);
  onTestFinished(() => tidy(live));
  await first?.(ground);
  await ground.airports('LHR');
  await done(ground, 'grant LHR work');
  return ground;
}

/** A backup of one airport, after which another one came. */
export async function between(more: More = {}): Promise<Ground> {
  const ground = await begin(more);
  await done(ground, 'backup');
  ground.now = new Date(ground.now.getTime() + 3_600_000);
  await ground.airports('SIN');
  return ground;
}
