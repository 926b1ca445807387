import type { DatabaseExam, MigrationsSight, Sight } from '../ports.ts';
import type { Step } from './diagnosis.ts';
import { connectingSteps } from './diagnosis-connecting.ts';
import type { DiagnosisFacts } from './diagnosis-facts.ts';

const MIGRATIONS = { name: 'own migrations', label: 'CapOps’ migrations' };
const UNKNOWN = 'Not known while a database does not answer';
const LEDGER = { name: 'ledger', label: 'Ledger' };

/** CapOps’ own migrations that have not run. */
export function ownMigrationsStep(sight: Sight<MigrationsSight> | undefined): Step {
  if (!sight) return { ...MIGRATIONS, state: 'skipped', says: UNKNOWN };
  if (!sight.isAnswered) {
    const known = sight.because === 'failed' ? sight.sentence : undefined;
    return {
      ...MIGRATIONS,
      state: known ? 'look' : 'skipped',
      says: known ?? UNKNOWN,
    };
  }
  const { platform, ledger } = sight;
  const pending = [...platform, ...(ledger === 'missing' ? ['the ledger’s database itself'] : ledger)];
  if (pending.length === 0) return { ...MIGRATIONS, state: 'ok', says: 'None pending' };
  return {
    ...{ ...MIGRATIONS, state: 'wrong', says: `${pending.length} pending` },
    cause: `CapOps’ own migrations have not run: ${pending.join(', ')}.`,
    next: 'Run them, then start CapOps again.',
    type: ['pnpm db:migrate'],
  };
}

/** CapOps’ own records, in one line: as far as it can be reached, and whether changes are frozen. */
export function ledgerStep({ ledger, isOneServer, frozen, around }: DiagnosisFacts): Step {
  if (!ledger) {
    return {
      ...LEDGER,
      state: 'skipped',
      says: 'Behind the same address as the platform’s database, which does not answer',
    };
  }
  const steps = connectingSteps(ledger, { ...around, setting: 'LEDGER_DATABASE_URL' });
  const bad = steps.find(({ state }) => state === 'wrong') ?? writing(ledger) ?? full(ledger, steps);
  if (bad) return unreachable(bad, isOneServer);
  const unsure = steps.find(({ state }) => state === 'look');
  const says = unsure ? `Answers; ${unsure.label}: ${unsure.says}` : 'Answers';
  if (frozen === undefined) return { ...LEDGER, state: unsure ? 'look' : 'ok', says };
  const cause = `Changes are refused, because they are frozen: ${frozen}`;
  return { ...LEDGER, state: 'look', says: `${says}. ${frozen}`, cause, next: 'An admin ends it with “thaw”.' };
}

function unreachable({ label, says, cause, next, type }: Step, isOneServer: boolean): Step {
  const where = isOneServer ? ' (it is behind the same address)' : '';
  return {
    ...{ ...LEDGER, state: 'wrong', says: `${label}: ${says}${where}` },
    cause: `CapOps’ own record (the ledger) cannot be used: ${cause ?? `${label}: ${says}.`} Changes are refused until it can; reading and emergency operations go on.`,
    ...(next === undefined ? {} : { next }),
    ...(type ? { type } : {}),
  };
}

function writing({ server }: DatabaseExam): Step | undefined {
  if (!server?.isAnswered || !(server.isReadOnly || server.isStandby)) return undefined;
  return {
    name: 'writing',
    label: 'Writing',
    state: 'wrong',
    says: server.isStandby ? 'It is a standby' : 'It is read-only',
  };
}

/** What was not reached without anything being wrong: no connection was left, or no time. */
function full({ refusal }: DatabaseExam, steps: readonly Step[]): Step | undefined {
  const left = steps.find(({ state }) => state === 'skipped');
  return left && refusal ? { ...left, says: 'No connection is left' } : left;
}
