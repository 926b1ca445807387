import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter, NewestBackup } from '../ports.ts';

const RUN_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
/** Slack gives up after three seconds. */
const ACKNOWLEDGEMENT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];

/** Slots are looked at every minute, and taken up by others after two; some are caught up with for a day. */
const LATENESS_SECONDS = [1, 5, 15, 30, 60, 120, 300, 900, 3600, 21_600, 86_400];
/** Whoever looks is not to wait for a ledger that is down. */
const ANSWER_MS = 2_000;

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
        this.set(await inTime(depth, Number.NaN));
      };
      new Gauge({ name: QUEUE, help, collect, registers });
    },
    watchBackups: (newest) => watchBackups(registry, newest),
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

const BACKUP_LABELS = ['database', 'storage'] as const;

/** While the ledger does not tell, nothing is shown of them: an alarm on their absence tells that. */
function watchBackups(registry: Registry, newest: () => Promise<readonly NewestBackup[]>): void {
  const shown = (name: string, help: string, value: (backup: NewestBackup) => number) => {
    registry.removeSingleMetric(name);
    const collect = async function (this: Gauge) {
      const backups = await inTime(newest, []);
      this.reset();
      for (const backup of backups) {
        this.set({ database: backup.database, storage: backup.storage }, value(backup));
      }
    };
    new Gauge({ name, help, labelNames: BACKUP_LABELS, collect, registers: [registry] });
  };
  const which = 'of the newest good backup of each database in each storage';
  shown('capops_backup_age_seconds', `Age ${which}.`, ({ ageSeconds }) => ageSeconds);
  shown('capops_backup_bytes', `Size ${which}.`, ({ bytes }) => bytes);
}

/** The other where it is not told in time. */
async function inTime<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  const late = Promise.withResolvers<T>();
  const timer = setTimeout(() => late.resolve(otherwise), ANSWER_MS);
  return Promise.race([ask().catch(() => otherwise), late.promise]).finally(() => clearTimeout(timer));
}
