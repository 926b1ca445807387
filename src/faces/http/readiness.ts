import type { Knex } from 'knex';
import type { Ports } from '../../ports.ts';

/** How long a database may take to say that it is there. */
const ANSWER_MS = 2_000;

/** What CapOps needs to serve. `slack` is Slack's answer to CapOps, `receiver` the way from Slack to it. */
export type Part = 'platform' | 'ledger' | 'receiver' | 'slack';

/** Each part, and whether it answers now. */
export type Readiness = Readonly<Record<Part, boolean>>;

interface Parts {
  readonly ports: Pick<Ports, 'databases' | 'meter'>;
  /** Whether Slack can reach CapOps. */
  readonly isConnected: () => boolean;
  /** Whether Slack answered when it was last asked. */
  readonly slackAnswers: () => boolean;
}

/** Asks every part; within little more than 2 s. Those who ask at the same time share the answer. Never rejects. */
export function openReadiness({ ports, isConnected, slackAnswers }: Parts): () => Promise<Readiness> {
  const { databases, meter } = ports;
  let asking: Promise<Readiness> | undefined;
  const ask = async (): Promise<Readiness> => {
    const [platform, ledger] = await Promise.all([answers(databases.platform), answers(databases.ledger)]);
    const readiness = { platform, ledger, receiver: isConnected(), slack: slackAnswers() };
    for (const [part, isReady] of Object.entries(readiness)) meter?.saw(part, isReady);
    return readiness;
  };
  return () => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

export function isReady(readiness: Readiness): boolean {
  return Object.values(readiness).every(Boolean);
}

async function answers(database: Knex): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ANSWER_MS);
  const asked = database.raw('SELECT 1').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late.promise]).finally(() => clearTimeout(timer));
}
