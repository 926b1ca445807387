import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import {
  type Access,
  type AccessStatus,
  accessFacts,
  decideGrant,
  type GrantDecision,
  standing,
} from '../../domain/access-change.ts';
import { EMERGENCY_CODE, EMERGENCY_NAME, endOf, isLater, traceReason } from '../../domain/emergency.ts';
import { MODULE_KEYS, type ModuleKey } from '../../domain/module-keys.ts';
import { AuditLog } from '../../models/audit-log.ts';
import { type Author, Entitlement } from '../../models/entitlement.ts';
import { EntitlementAudit } from '../../models/entitlement-audit.ts';
import { Organisation } from '../../models/organisation.ts';
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
  /** It has ended again: this run was cut off behind its change, and went on later. */
  readonly isOver: boolean;
  readonly changed: readonly { readonly moduleKey: ModuleKey; readonly was: Access | null }[];
}

/**
 * Gives the emergency organisation every module for so many hours by the platform’s clock, in one transaction with the
 * platform’s own audit. What lasts longer stays. A run that did so before, cut off behind it, finds what it did.
 */
export async function openEmergency(
  { databases: { platform }, actor, runId }: Context,
  { why, hours }: { why: string; hours: number },
): Promise<Opened> {
  return inTransaction(platform, async (trx) => {
    const at = await platformNow(trx);
    const author = { actorId: actor.id, at, reason: traceReason(why, runId) };
    const { organisation, isNew } = await organisationIn(trx, author);
    await hold(trx, organisation);
    const present = await Entitlement.locked(trx, organisation.id, MODULE_KEYS);
    const rows = [...present.values()];
    const base = { organisation, isNew, at, isOver: false, before: endOfOpen(rows, at) };
    const until = endOf(at, hours);
    const done = await EntitlementAudit.ofRun(trx, { id: runId, actorId: actor.id });
    if (done.length > 0) return { ...base, ...asItWas(done, rows), ...endNow(rows, at, until) };
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
    const lasting = endOfOpen(rows, at);
    return {
      ...base,
      until: lasting !== undefined && isLater(lasting, until) ? lasting : until,
      changed: changes.map(({ moduleKey, was }) => ({ moduleKey, was: accessFacts(was) })),
    };
  });
}

/** What this run did before it was cut off, by the platform’s own audit. */
function asItWas(
  done: readonly EntitlementAudit[],
  rows: readonly Entitlement[],
): Pick<Opened, 'at' | 'before' | 'changed'> {
  const at = done[0]?.performedAt ?? new Date(Number.NaN);
  const changed = done.map(({ moduleKey, previousValue }) => ({
    moduleKey: moduleKey as ModuleKey,
    was: previousValue ? accessOf(previousValue) : null,
  }));
  const left = rows.filter((row) => !done.some(({ moduleKey }) => moduleKey === row.moduleKey));
  return { at, changed, before: endOfOpen([...left, ...changed.flatMap(({ was }) => was ?? [])], at) };
}

/** Of a run that was cut off: whoever took it away again meanwhile has done so. */
function endNow(rows: readonly Access[], now: Date, wished: Date): Pick<Opened, 'until' | 'isOver'> {
  const end = endOfOpen(rows, now);
  return end === undefined ? { until: wished, isOver: true } : { until: end, isOver: false };
}

function accessOf({ status, validUntil }: NonNullable<EntitlementAudit['previousValue']>): Access {
  return { status: status as AccessStatus, validUntil: validUntil === null ? null : new Date(validUntil) };
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
function endOfOpen(rows: readonly Access[], now: Date): Date | null | undefined {
  const open = rows.filter((access) => standing(access, now) === 'open');
  return open
    .map(({ validUntil }) => validUntil)
    .reduce<Date | null | undefined>((most, end) => (most === undefined || isLater(end, most) ? end : most), undefined);
}

/** Whoever lets access in and who ends it read the same clock. */
export async function platformNow(trx: Knex): Promise<Date> {
  const { rows } = await trx.raw("SELECT date_trunc('milliseconds', timezone('UTC', now())) AS now");
  return rows[0].now;
}
