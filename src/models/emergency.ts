import type { Knex } from 'knex';
import { Model, raw, snakeCaseMappers } from 'objection';
import { type EmergencyHow, isLater } from '../domain/emergency.ts';

/** Any number that nobody else uses for advisory locks: emergencies are written one after the other. */
const LOCK = 7_236_904_130;

/** Once that emergency access was given, or given for longer. */
export class EmergencyGrant extends Model {
  static override tableName = 'emergency_grants';
  static override columnNameMappers = snakeCaseMappers();

  /** The run that gave it; made from the platform’s audit where there was none. */
  declare id: string;
  declare emergencyId: string;
  declare how: EmergencyHow;
  declare givenAt: Date;
  /** Name and id. */
  declare givenTo: string;
  declare actorId: string;
  declare why: string;
  declare endsAt: Date | null;
  /** Where it was told: ids of channels and people. */
  declare told: string[];
  declare toldAt: Date | null;
}

type NewGrant = Pick<EmergencyGrant, 'id' | 'how' | 'givenAt' | 'givenTo' | 'actorId' | 'why' | 'endsAt'>;

/** A time in which emergency access was open. At most one is. What the platform’s rows say of that is the truth. */
export class Emergency extends Model {
  static override tableName = 'emergencies';
  static override columnNameMappers = snakeCaseMappers();
  static override jsonAttributes = ['posted', 'endPosted'];
  static override relationMappings = () => ({
    grants: {
      relation: Model.HasManyRelation,
      modelClass: EmergencyGrant,
      join: { from: 'emergencies.id', to: 'emergency_grants.emergency_id' },
      modify: (query: ReturnType<typeof EmergencyGrant.query>) => query.orderBy(['given_at', 'id']),
    },
  });

  declare id: string;
  declare beganAt: Date;
  /** Null: no end. */
  declare endsAt: Date | null;
  declare endedAt: Date | null;
  /** Name and id; null: by itself. */
  declare endedBy: string | null;
  /** Where it stands in Slack, and what stands there. */
  declare posted: { channel: string; ts: string } | null;
  declare shown: string | null;
  declare endPosted: { channel: string; ts: string } | null;
  declare endShown: string | null;
  declare endToldAt: Date | null;
  declare whatHappened: string | null;
  declare whatWasDone: string | null;
  declare reviewedAt: Date | null;
  declare reviewedBy: string | null;
  declare reviewRun: string | null;
  declare grants?: EmergencyGrant[];

  /** Enters that it was given. What was entered before stays as it is. */
  static async give(ledger: Knex, grant: NewGrant): Promise<void> {
    await ledger.transaction(async (trx) => {
      await trx.raw('SELECT pg_advisory_xact_lock(?)', [LOCK]);
      if (await EmergencyGrant.query(trx).findById(grant.id)) return;
      const { endsAt, givenAt: beganAt } = grant;
      const open = await Emergency.query(trx).whereNull('ended_at').first();
      const emergency = open ?? (await Emergency.query(trx).insert({ beganAt, endsAt }).returning('*'));
      if (open && isLater(endsAt, open.endsAt)) await open.$query(trx).patch({ endsAt });
      await EmergencyGrant.query(trx)
        .insert({ ...grant, emergencyId: emergency.id })
        .toKnexQuery();
    });
  }

  /** The one that is open, with its grants. */
  static async open(ledger: Knex): Promise<Emergency | undefined> {
    return Emergency.query(ledger).whereNull('ended_at').withGraphFetched('grants').first();
  }

  /** Those whose review is missing, the oldest first, with their grants; the open one is among them, last. One reads two statements. */
  static async unreviewed(ledger: Knex): Promise<Emergency[]> {
    return Emergency.query(ledger).whereNull('reviewed_at').withGraphFetched('grants').orderBy(['began_at', 'id']);
  }

  /** Those of which something may be left to tell. */
  static async untold(ledger: Knex): Promise<Emergency[]> {
    return Emergency.query(ledger)
      .where((left) =>
        left
          .whereNull('end_told_at')
          .orWhereExists(
            EmergencyGrant.query(ledger).whereNull('told_at').whereColumn('emergency_id', 'emergencies.id'),
          )
          .orWhereRaw("ended_at IS NOT NULL AND posted IS NOT NULL AND shown = 'open'")
          .orWhereRaw("reviewed_at IS NOT NULL AND end_posted IS NOT NULL AND end_shown = 'ended'"),
      )
      .withGraphFetched('grants')
      .orderBy('began_at');
  }

  /** Notes that the open one ended, once. */
  static async end(ledger: Knex, end: Pick<Emergency, 'endedAt' | 'endedBy'>): Promise<void> {
    await Emergency.query(ledger).whereNull('ended_at').patch(end);
  }

  /** Keeps the review. False: somebody else has filled it in. */
  async review(
    ledger: Knex,
    review: Pick<Emergency, 'whatHappened' | 'whatWasDone' | 'reviewedBy' | 'reviewRun'>,
  ): Promise<boolean> {
    const change = { ...review, reviewedAt: raw('clock_timestamp()') } as object;
    return (await Emergency.query(ledger).findById(this.id).whereNull('reviewed_at').patch(change)) > 0;
  }

  /** The one that this run has reviewed before. */
  static async reviewedBy(ledger: Knex, runId: string): Promise<Emergency | undefined> {
    return Emergency.query(ledger).findOne('review_run', runId).withGraphFetched('grants');
  }
}
