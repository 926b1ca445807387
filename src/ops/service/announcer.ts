import type { Operation } from './operation.ts';
import type { Reply, Report } from './report.ts';

/** What a report answers. */
export interface Answered {
  readonly operation: Operation;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Where a message stands in Slack. */
export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/** Posts what nobody asked for in person, such as a scheduled run's report. Each rejects when Slack did not take it. */
export interface Announcer {
  /**
   * For everybody in the channel, or for one person, by their user id, in their direct messages. `to` are mentioned. The
   * report's thread follows; a reply that Slack does not take is logged and left out. To lose none, post them one by one.
   */
  post(channel: string, wish: Answered, report: Report, to?: readonly string[]): Promise<Posted>;
  /** Posts into the thread of a message. */
  reply(posted: Posted, wish: Answered, report: Reply): Promise<Posted>;
  /** Changes what was posted; what stands in its thread stays. */
  amend(posted: Posted, wish: Answered, report: Report): Promise<void>;
}
