import type { Report } from '../service/report.ts';
import type { ScheduleDesk, SlotWork } from './schedule-work.ts';

const AGAIN_SECONDS = 300;
/** News of a day ago is no news: the record has it. */
const STALE_MS = 86_400_000;

/**
 * Posts a finished slot's report. Where Slack does not take it, it is tried again for a day; a crash right behind the
 * post makes it come twice, rather than never.
 */
export async function tellChannel(
  { ports, announcer }: ScheduleDesk,
  { entry, operation, slot }: SlotWork,
): Promise<void> {
  const { ledger } = ports.databases;
  const now = ports.clock.now();
  try {
    if (entry.channel && slot.report) {
      await announcer.post(entry.channel, { operation, raw: entry.input }, slot.report as unknown as Report);
    }
  } catch (error) {
    ports.log.warn({ err: error, entry: entry.name, channel: entry.channel }, 'a scheduled report was not taken');
    if (now.getTime() - slot.slot.getTime() < STALE_MS) {
      await slot.write(ledger, {}, AGAIN_SECONDS);
      return;
    }
  }
  await slot.write(ledger, { toldAt: now });
}
