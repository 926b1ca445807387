import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { type Access, accessFacts, decideGrant, type GrantDecision, standing } from '../../domain/access-change.ts';
import { EMERGENCY_CODE, EMERGENCY_NAME, endOf, isLater, traceReason } from '../../domain/emergency.ts';
import { MODULE_KEYS, type ModuleKey } from '../../domain/module-keys.ts';
import { AuditLog } from '../../models/audit-log.ts';
import { type Author, Entitlement } from '../../models/entitlement.ts';
import { Organisation } from '../../models/organisation.ts';
import { leftTrace } from '../../models/platform-trace.ts';
import { inTransaction } from '../../models/transaction.ts';
import { hold } from '../organisation-found.ts';
import type { Context } from '../service/operation.ts';

/** What became of the platform’s rows. */
export interface Opened {
  readonly organisation: Pick<Organisation, 'id' | 'code' | 'name'>;
  readonly isNew: boolean;
  /** The end that was open before; null: none; undefined: nothing was open. */
  readonly before: Date | null | undefined;
  /** When the last of its access ends now; null: never. */
  readonly until: Date | null;
  readonly at: Date;
  readonly changed: readonly { readonly moduleKey: ModuleKey; readonly was: Access | null }[];
}

type Rows = ReadonlyMap<string, Entitlement>;

/**
 * Gives the emergency organisation every module for so many hours by the platform’s clock, in one transaction with the
 * platform’s own audit. What lasts longer stays. A run that did so before, cut off behind it, finds what it did.
 */
export async function openEmergency(
  { databases: { platform }, actor, runId, moment }: Context,
  { why, hours }: { why: string; hours: number },
): Promise<Opened> {
  return inTransaction(platform, async (trx) => {
    const at = await platformNow(trx);
    const author = { actorId: actor.id, at, reason: traceReason(why, runId) };
    const { organisation, isNew } = await organisationIn(trx, author);
    await hold(trx, organisation);
    const present = await Entitlement.locked(trx, organisation.id, MODULE_KEYS);
    const base = { organisation, isNew, at, before: endOfOpen(present, at) };
    const until = endOf(at, hours);
    if (await leftTrace(trx, { id: runId, actorId: actor.id, startedAt: moment.now })) {
      return { ...base, before: undefined, until: endOfOpen(present, at) ?? until, changed: [] };
    }
    const changes = MODULE_KEYS.flatMap((moduleKey) => {
      const was = present.get(moduleKey);
      const kind = decideGrant(was, until, { now: at, shorten: false });
      return changesAccess(kind) ? [{ kind, moduleKey, was }] : [];
    });
    await Entitlement.write(
      trx,
      changes.map(({ kind, moduleKey, was }) => ({
        ...{ kind, moduleKey, present: was, status: 'active', validUntil: until },
        organisationId: organisation.id,
      })),
      author,
    );
    const lasting = endOfOpen(present, at);
    return {
      ...base,
      until: lasting !== undefined && isLater(lasting, until) ? lasting : until,
      changed: changes.map(({ moduleKey, was }) => ({ moduleKey, was: accessFacts(was) })),
    };
  });
}

function changesAccess(kind: GrantDecision): kind is 'create' | 'reactivate' | 'extend' {
  return kind === 'create' || kind === 'reactivate' || kind === 'extend';
}

async function organisationIn(
  trx: Knex.Transaction,
  author: Author,
): Promise<{ organisation: Organisation; isNew: boolean }> {
  const there = await Organisation.byCode(trx, EMERGENCY_CODE);
  if (there) return { organisation: there, isNew: false };
  const made = await Organisation.add(trx, { id: randomUUID(), code: EMERGENCY_CODE, name: EMERGENCY_NAME }, author);
  if (made) {
    await AuditLog.organisationCreated(trx, made, author);
    return { organisation: made, isNew: true };
  }
  const other = await Organisation.byCode(trx, EMERGENCY_CODE);
  if (!other) throw new Error('the emergency organisation comes and goes');
  return { organisation: other, isNew: false };
}

/** The latest end among what is open; null: one has none; undefined: nothing is open. */
function endOfOpen(rows: Rows, now: Date): Date | null | undefined {
  const open = [...rows.values()].filter((access) => standing(access, now) === 'open');
  return open
    .map(({ validUntil }) => validUntil)
    .reduce<Date | null | undefined>((most, end) => (most === undefined || isLater(end, most) ? end : most), undefined);
}

/** Whoever lets access in and who ends it read the same clock. */
export async function platformNow(trx: Knex): Promise<Date> {
  const { rows } = await trx.raw("SELECT date_trunc('milliseconds', timezone('UTC', now())) AS now");
  return rows[0].now;
}
