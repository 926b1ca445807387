import type { Ports } from '../../ports.ts';
import { openAlarms } from './alarms.ts';
import { type Listener, listen, type Page, type Pages, plain } from './listener.ts';
import { isReady, openReadiness, type Readiness } from './readiness.ts';
import { openRoundTrip, type SlackMethods } from './round-trip.ts';
import { beginRounds } from './rounds.ts';

/** How often CapOps looks at itself, and how often it says that it can serve. */
const PACE = { lookMs: 15_000, beatMs: 60_000 };

export interface WatchOptions {
  readonly ports: Pick<Ports, 'databases' | 'clock' | 'log' | 'pager' | 'meter'>;
  readonly slack: SlackMethods;
  /** Whether Slack can reach CapOps. */
  readonly isConnected: () => boolean;
  /** Where the pages are served, and what stands on /metrics; undefined: nowhere. */
  readonly health:
    | {
        readonly host: string;
        readonly port: number;
        readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
      }
    | undefined;
  /** Told every minute while CapOps can serve. */
  readonly heartbeat: { beat(): Promise<void>; close(): void } | undefined;
  readonly pace?: typeof PACE;
}

export interface Watch {
  /** Where the pages are. */
  readonly port: number | undefined;
  /** Ends every round and the listener. */
  stop(): Promise<void>;
}

/** CapOps as machines see it: whether it lives, whether it can serve, what it counts; and whom it tells of that. */
export async function startWatch({
  ports,
  slack,
  isConnected,
  health,
  heartbeat,
  pace = PACE,
}: WatchOptions): Promise<Watch> {
  const roundTrip = openRoundTrip(slack, ports.clock);
  const readiness = openReadiness({ ports, isConnected, slackAnswers: roundTrip.works });
  const listener = health && (await listen(pagesOf(readiness, health.metrics), health));
  const raise = ports.pager && openAlarms(ports.pager, ports.clock);
  const look = async () => {
    await roundTrip.check();
    const seen = await readiness();
    raise?.(seen);
  };
  const beat = async () => {
    if (isReady(await readiness())) await heartbeat?.beat();
  };
  const looks = beginRounds({ work: look, pauseMs: startingAtOnce(pace.lookMs) });
  const beats = heartbeat && beginRounds({ work: beat, pauseMs: () => withJitter(pace.beatMs) });
  return { port: listener?.port, stop: () => stop(listener, [looks, beats], heartbeat) };
}

async function stop(
  listener: Listener | undefined,
  rounds: readonly ({ end(): Promise<void> } | undefined)[],
  heartbeat: WatchOptions['heartbeat'],
): Promise<void> {
  heartbeat?.close();
  await Promise.all([listener?.close(), ...rounds.map((one) => one?.end())]);
}

function pagesOf(readiness: () => Promise<Readiness>, metrics: NonNullable<WatchOptions['health']>['metrics']): Pages {
  return {
    '/healthz': async () => plain(200, 'CapOps is alive.'),
    '/readyz': async () => readyPage(await readiness()),
    '/metrics': async () => ({ status: 200, ...(await metrics()) }),
  };
}

/** Says which part is not there, and no address. */
function readyPage(readiness: Readiness): Page {
  const ready = isReady(readiness);
  const text = `${JSON.stringify({ ready, parts: readiness })}\n`;
  return { status: ready ? 200 : 503, contentType: 'application/json', text };
}

function startingAtOnce(pauseMs: number): () => number {
  let isFirst = true;
  return () => {
    const pause = isFirst ? 0 : pauseMs;
    isFirst = false;
    return pause;
  };
}

/** Up to a tenth more or less, so that replicas do not beat as one. */
function withJitter(ms: number): number {
  return ms * (0.9 + Math.random() * 0.2);
}
