import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '../ports.ts';

const RUN_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
/** Slack gives up after three seconds. */
const ACKNOWLEDGEMENT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];

/** Slots are looked at every minute, and taken up by others after two; some are caught up with for a day. */
const LATENESS_SECONDS = [1, 5, 15, 30, 60, 120, 300, 900, 3600, 21_600, 86_400];
/** Whoever looks is not to wait for a ledger that is down. */
const QUEUE_MS = 2_000;

/** The meter, and what it shows: a page in Prometheus' text format. */
export interface ShownMeter extends Meter {
  page(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const QUEUE = 'capops_queue_depth';

export function openMeter(): ShownMeter {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const runs = new Counter({
    name: 'capops_runs_total',
    help: 'Runs by operation, outcome and face.',
    labelNames: ['operation', 'outcome', 'face'],
    registers,
  });
  const durations = new Histogram({
    name: 'capops_run_duration_seconds',
    help: 'How long runs took, by operation.',
    labelNames: ['operation'],
    buckets: RUN_SECONDS,
    registers,
  });
  const calls = new Counter({
    name: 'capops_slack_calls_total',
    help: 'Calls to Slack by method and HTTP status; 429 is a rate limit, none is no answer.',
    labelNames: ['method', 'status'],
    registers,
  });
  const acknowledgements = new Histogram({
    name: 'capops_slack_acknowledgement_seconds',
    help: 'From taking up a request from Slack to its acknowledgement.',
    buckets: ACKNOWLEDGEMENT_SECONDS,
    registers,
  });
  const parts = new Gauge({
    name: 'capops_ready',
    help: 'Whether each part that CapOps needs answered when it was last asked.',
    labelNames: ['part'],
    registers,
  });
  const lateness = new Histogram({
    name: 'capops_schedule_lateness_seconds',
    help: 'How long after its slot a scheduled operation was begun.',
    buckets: LATENESS_SECONDS,
    registers,
  });
  return {
    ran: ({ operation, outcome, face, seconds }) => {
      runs.inc({ operation, outcome, face });
      durations.observe({ operation }, seconds);
    },
    calledSlack: (call) => calls.inc(call),
    acknowledged: (seconds) => acknowledgements.observe(seconds),
    saw: (part, isReady) => parts.set({ part }, isReady ? 1 : 0),
    late: (seconds) => lateness.observe(seconds),
    watchQueue: (depth) => {
      registry.removeSingleMetric(QUEUE);
      const help = 'Runs that wait for a worker, over all of them; NaN while the ledger does not tell.';
      const collect = async function (this: Gauge) {
        this.set(await inTime(depth));
      };
      new Gauge({ name: QUEUE, help, collect, registers });
    },
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/** NaN where it is not told in time. */
async function inTime(depth: () => Promise<number>): Promise<number> {
  const late = Promise.withResolvers<number>();
  const timer = setTimeout(() => late.resolve(Number.NaN), QUEUE_MS);
  return Promise.race([depth().catch(() => Number.NaN), late.promise]).finally(() => clearTimeout(timer));
}
