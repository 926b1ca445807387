import type { Offer } from '../errors.ts';
import { likelyCause } from './diagnosis-cause.ts';
import { connectingSteps, firstFailed } from './diagnosis-connecting.ts';
import { diskStep } from './diagnosis-disk.ts';
import { dockerSteps } from './diagnosis-docker.ts';
import { type DiagnosisFacts, isDatabaseService } from './diagnosis-facts.ts';
import { connectionsStep } from './diagnosis-holders.ts';
import { ledgerStep, ownMigrationsStep } from './diagnosis-ledger.ts';
import { locksStep } from './diagnosis-locks.ts';
import { migrationsStep, rightsStep } from './diagnosis-platform.ts';
import { writingStep } from './diagnosis-writing.ts';

/** `look`: nothing is broken, and somebody may want to know; `note`: nothing to judge; `skipped`: not looked at, because another failed. */
export type StepState = 'ok' | 'wrong' | 'look' | 'note' | 'skipped';

/** A table for whoever wants to know more. */
export interface StepDetails {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one step of the runbook’s tree came to. No address, no secret. */
export interface Step {
  readonly name: string;
  readonly label: string;
  readonly state: StepState;
  /** Behind the label: `Refused: nobody listens there`. */
  readonly says: string;
  /** What it is, in a sentence, should this be the cause. */
  readonly cause?: string;
  /** What somebody would do now, in a sentence. */
  readonly next?: string;
  /** What to type for that: statements, or lines for a shell. */
  readonly type?: readonly string[];
  readonly offers?: readonly Offer[];
  readonly details?: readonly StepDetails[];
  /** Of several steps that are wrong the one with the lowest is the cause. */
  readonly rank?: number;
}

export interface Diagnosis {
  readonly steps: readonly Step[];
  /** Something is wrong. */
  readonly isBroken: boolean;
  /** In a sentence. */
  readonly cause: string;
  /** The step that the cause is from; undefined: nothing was found. */
  readonly by: Step | undefined;
}

/** Walks the runbook’s tree over what was seen. */
export function diagnose(facts: DiagnosisFacts): Diagnosis {
  const { platform, docker, around } = facts;
  const service = around.services.find((one) => isDatabaseService(one));
  const connecting = connectingSteps(platform, { ...around, setting: 'DATABASE_URL', service });
  const failed = firstFailed(connecting);
  const steps = [
    ...connecting,
    connectionsStep(platform, { ...around, failed }),
    locksStep(platform, failed),
    diskStep(facts),
    writingStep(platform, failed),
    ...dockerSteps(docker, { ...around, isAnswering: platform.select?.isAnswered === true }),
    migrationsStep(platform, { ...around, failed }),
    rightsStep(platform, { ...around, failed }),
    ownMigrationsStep(facts.migrations),
    ledgerStep(facts),
  ];
  return { steps, ...likelyCause(steps) };
}
