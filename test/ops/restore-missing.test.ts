import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { addressOf, createPlatformDatabase, onServer, type PlatformDatabase } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { runCli } from '../setup/run-cli.ts';
import { said } from './desk.ts';
import type { Cell } from './restore-steps.ts';
import { openTerminal, type Terminal } from './restore-terminal.ts';
import { openStage } from './restore-victims.ts';
import { query } from './restore-writer.ts';

// What the bad day looks like from a terminal: the platform’s database has lost what CapOps knows it by, or is gone.

const SLOW = { timeoutSeconds: 90 };
let own: PlatformDatabase;
let live: string;
let folder: string;
let terminal: Terminal;
beforeAll(async () => {
  own = await createPlatformDatabase({ shape: 'platform', ledger: 'migrated' });
  live = new URL(own.platformUrl).pathname.slice(1);
  folder = mkdtempSync(join(tmpdir(), 'capops-missing-'));
  await query(
    own.platformUrl,
    `INSERT INTO public.organizations (id, code, name, "updatedAt") VALUES ('1', 'LHR', 'Heathrow', now())`,
  );
  const { platformUrl: databaseUrl, ledgerUrl: ledgerDatabaseUrl } = own;
  terminal = await openTerminal({ databaseUrl, ledgerDatabaseUrl, redisUrl: undefined, folder });
  expect((await terminal.types('backup')).kind).toBe('done');
}, 60_000);
afterAll(async () => {
  await terminal.close();
  const made = await query(addressOf('postgres'), `SELECT datname FROM pg_database WHERE datname ~ '^${live}(_|$)'`);
  await onServer(...made.map(({ datname }) => `DROP DATABASE "${datname}" WITH (FORCE)`));
  rmSync(folder, { recursive: true });
}, 60_000);

/** In a process of its own, which first looks whether it may begin at all. */
const restoreByCli = (...more: string[]) => {
  const env = { DATABASE_URL: own.platformUrl, BACKUP_DIR: folder };
  return runCli(['restore', 'latest', '--other-database', '--force', '--reason', 'it is gone', ...more], {
    env,
    timeoutSeconds: 60,
  });
};
const types = async (command: string) => said(await terminal.types(command));
const codes = async () =>
  (await query(own.platformUrl, 'SELECT code FROM public.organizations')).map(({ code }) => code);
const beside = async () =>
  (
    await query(
      addressOf('postgres'),
      `SELECT datname FROM pg_database WHERE datname ~ '^${live}_[a-z]+_\\d' ORDER BY 1`,
    )
  ).map(({ datname }) => String(datname).slice(live.length + 1, -17));

describe('a restore in the terminal', () => {
  itNeeds(
    'postgresClient',
    'puts back what has lost the very tables by which CapOps knows it',
    async () => {
      await query(own.platformUrl, 'DROP TABLE public.organizations CASCADE');
      const { code, stdout, stderr } = await restoreByCli();
      expect([code, stderr, stdout]).toEqual([0, expect.anything(), expect.stringContaining('is now backup')]);
      expect([await codes(), await beside()]).toEqual([['LHR'], ['before']]);
    },
    SLOW,
  );

  itNeeds(
    'postgresClient',
    'makes anew what is gone, once it is told that there is nothing to back up',
    async () => {
      await onServer(`DROP DATABASE ${live} WITH (FORCE)`);
      const before = await beside();
      expect(await types('restore latest')).toContain('So nothing can be backed up before.');
      expect(await types('restore latest --in-place')).toContain('leave out --in-place');
      expect(await types('undo-restore')).toContain('“restore” makes it anew');
      expect(await beside()).toEqual(before);
      const { code, stdout } = await restoreByCli('--without-safety-backup');
      expect(code).toBe(0);
      expect(stdout).toContain(`This makes the database ${live} in development anew`);
      expect(stdout).toContain(`${live} in development is there again`);
      expect([await codes(), await beside()]).toEqual([['LHR'], before]);
      const open = `SELECT has_database_privilege('public', '${live}', 'CONNECT') AS open`;
      expect(await query(own.platformUrl, open)).toEqual([{ open: true }]);
      expect(await types('undo-restore')).toContain('somebody has replaced it otherwise');
    },
    SLOW,
  );

  itNeeds(
    'postgresClient',
    'that is killed while it makes one anew leaves none, or a whole one, and the next one cleans up',
    async () => {
      const stage = await openStage({ ...own, folder }, undefined);
      const command = 'restore latest --without-safety-backup';
      const former = await beside();
      // Nobody can say of an earlier one whether it is live, while nothing is.
      await query(own.ledgerUrl, `UPDATE restores SET step = 'filling' WHERE live_oid <> 0`);
      const cells: readonly (readonly [Omit<Cell, 'name' | 'what' | 'line' | 'victim'>, string])[] = [
        [{ on: /COPY public\.organizations .*FROM stdin/i, moment: 'before' }, 'abandoned'],
        [{ on: /^BEGIN\nALTER DATABASE .*RENAME.*\nCOMMIT/s, moment: 'unanswered' }, 'switched'],
      ];
      for (const [cell, step] of cells) {
        await onServer(`DROP DATABASE IF EXISTS ${live} WITH (FORCE)`);
        const death = await stage.play(command, { name: '', what: '', line: 'platform', victim: 'CapOps', ...cell });
        expect(death).toEqual({ isCaught: true, said: '' });
        await query(own.ledgerUrl, 'DELETE FROM leases');
        await types('undo-restore');
        const newest = 'SELECT step, ended_at IS NOT NULL AS "isOver" FROM restores ORDER BY begun_at DESC LIMIT 1';
        expect(await query(own.ledgerUrl, newest)).toEqual([{ step, isOver: true }]);
        expect(await beside()).toEqual(former);
      }
      expect(await codes()).toEqual(['LHR']);
    },
    SLOW,
  );
});
