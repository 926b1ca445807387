import type { Operation } from './operation.ts';
import type { Report } from './report.ts';

/** Posts what nobody asked for in person, such as a scheduled run's report. */
export interface Announcer {
  /** Posts for everybody in the channel; `raw` is what the report answers. Rejects when it was not taken. */
  post(
    channel: string,
    wish: { readonly operation: Operation; readonly raw: Readonly<Record<string, unknown>> },
    report: Report,
  ): Promise<void>;
}
