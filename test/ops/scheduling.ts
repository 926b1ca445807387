import { OPERATIONS } from '../../src/ops/index.ts';
import { runDue } from '../../src/ops/scheduling/run-due.ts';
import type { Posted } from '../../src/ops/service/announcer.ts';
import type { Operation } from '../../src/ops/service/operation.ts';
import type { Reply, Report } from '../../src/ops/service/report.ts';
import { createService } from '../../src/ops/service/service.ts';
import type { Policy, Ports, ScheduleEntry } from '../../src/ports.ts';
import { type Desk, openDesk, POLICY } from './desk.ts';

/** A desk with a schedule, and as many replicas as a test looks with. */
export interface Scheduling {
  readonly desk: Desk;
  readonly ports: Ports;
  /** The entries; change them as somebody changes the file. */
  entries: ScheduleEntry[];
  /** What the channels were told, in order. */
  readonly posts: { channel: string; operation: string; report: Report }[];
  /** What was posted into threads, in order, each with the message that it stands under. */
  readonly replies: { under: string; title: string }[];
  /** Set to make Slack refuse what is posted. */
  slackIsDown: boolean;
  /** Called with each title behind a post; what it throws is the end of that process. */
  posted: (title: string) => void | Promise<void>;
  /** One look of one replica at this time (by the desk's clock). */
  look(now?: string): Promise<void>;
  /** Lets time go by for what the ledger's clock holds. */
  later(minutes: number): Promise<void>;
  slots(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export const WEEKLY: ScheduleEntry = {
  name: 'weekly-ends',
  cron: '0 9 * * 1',
  timeZone: 'Europe/London',
  operation: 'list-orgs',
  input: { expiring: 30 },
  channel: 'C0OPS',
  catchUpMs: 3_600_000,
};

/** Slack, where nobody looks. */
export const QUIET = {
  post: async () => ({ channel: 'C0OPS', ts: '1' }),
  reply: async () => ({ channel: 'C0OPS', ts: '2' }),
  amend: async () => undefined,
};

export async function openScheduling({
  entries = [WEEKLY],
  operations = OPERATIONS,
}: {
  entries?: ScheduleEntry[];
  operations?: readonly Operation[];
} = {}): Promise<Scheduling> {
  const state = {
    entries,
    slackIsDown: false,
    posts: [] as Scheduling['posts'],
    replies: [] as Scheduling['replies'],
    posted: (_: string): void | Promise<void> => undefined,
  };
  const policy: Policy = {
    ...POLICY,
    get schedule() {
      return state.entries;
    },
  };
  const desk = await openDesk({ settings: { policy, timeZone: 'Europe/London' } });
  const quiet = () => undefined;
  const complain = (fields: object, message: string) => void desk.complaints.push({ fields, message });
  const ports: Ports = {
    databases: desk.databases,
    cache: undefined,
    directory: undefined,
    clock: { now: () => desk.now },
    log: { debug: quiet, info: quiet, warn: complain, error: complain },
    settings: { environment: 'test', timeZone: 'Europe/London', policy, requestsPerMinute: 60 },
  };
  const announcer = {
    post: async (channel: string, { operation }: { operation: Operation }, report: Report) => {
      if (state.slackIsDown) throw new Error('Slack is down');
      state.posts.push({ channel, operation: operation.name, report });
      await state.posted(report.title);
      return { channel, ts: String(state.posts.length) };
    },
    reply: async ({ ts }: Posted, _: unknown, { title }: Reply) => {
      if (state.slackIsDown) throw new Error('Slack is down');
      state.replies.push({ under: ts, title });
      await state.posted(title);
      return QUIET.reply();
    },
    amend: QUIET.amend,
  };
  return Object.assign(state, {
    desk,
    ports,
    look: async (now?: string) => {
      if (now) desk.now = new Date(now);
      const service = createService(ports, operations);
      await runDue({ ports, service, announcer }, new AbortController().signal);
      await service.settled();
    },
    later: async (minutes: number) => {
      await desk.ledger(`UPDATE schedule_slots SET held_until = held_until - interval '${minutes} minutes'`);
    },
    slots: () => desk.ledger('SELECT entry, slot, state, attempts FROM schedule_slots ORDER BY slot, entry'),
    close: () => desk.close(),
  });
}
