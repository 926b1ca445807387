import type { Report } from '../service/report.ts';
import type { ScheduleDesk, SlotWork } from './schedule-work.ts';

const AGAIN_SECONDS = 300;
/** News of a day ago is no news: the record has it. */
const STALE_MS = 86_400_000;

/**
 * Posts a finished slot's report and its thread. Where Slack does not take it, it is tried again for a day, from what was
 * not taken on; a crash right behind a post makes that one come twice, rather than never.
 */
export async function tellChannel(desk: ScheduleDesk, work: SlotWork): Promise<void> {
  const { ports } = desk;
  const { entry, slot } = work;
  const { ledger } = ports.databases;
  const now = ports.clock.now();
  try {
    if (entry.channel && slot.report && !(await postAll(desk, work, entry.channel))) return;
  } catch (error) {
    ports.log.warn({ err: error, entry: entry.name, channel: entry.channel }, 'a scheduled report was not taken');
    if (now.getTime() - slot.slot.getTime() < STALE_MS) {
      await slot.write(ledger, {}, AGAIN_SECONDS);
      return;
    }
  }
  await slot.write(ledger, { toldAt: now });
}

/** Posts what does not stand yet. False: another replica has taken the slot, and goes on with it. */
async function postAll(
  { ports, announcer }: ScheduleDesk,
  { entry, operation, slot }: SlotWork,
  channel: string,
): Promise<boolean> {
  const { ledger } = ports.databases;
  const wish = { operation, raw: entry.input };
  const { thread = [], ...report } = slot.report as unknown as Report;
  const posted = slot.posted ?? (await announcer.post(channel, wish, report));
  if (!slot.posted && !(await slot.write(ledger, { posted }))) return false;
  for (const [place, reply] of thread.entries()) {
    if (place < slot.replied) continue;
    await announcer.reply(posted, wish, reply);
    if (!(await slot.write(ledger, { replied: place + 1 }))) return false;
  }
  return true;
}
