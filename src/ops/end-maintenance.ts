import { z } from 'zod';
import { showTime } from '../domain/end-date.ts';
import { UserError } from '../errors.ts';
import { MaintenanceWindow } from '../models/maintenance-window.ts';
import { servicesWords } from './health/maintenance-words.ts';
import * as arg from './service/arguments.ts';
import { type Argument, type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { signed } from './service/signed.ts';

const windowId: Argument<string, true> = {
  label: 'Window',
  summary: 'its id, or the beginning of it; without it the one that holds',
  example: 'ab12cd34',
  required: true,
  positional: true,
  schema: () => z.string().regex(/^[0-9a-f-]{6,36}$/i, 'A window goes by its id, such as ab12cd34; “health” shows it.'),
  widget: { kind: 'none' },
};

export const endMaintenance = defineOperation({
  name: 'end-maintenance',
  verb: 'end-maintenance',
  summary: 'End announced maintenance before its time',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'end-maintenance',
  args: { window: arg.optional(windowId) },

  async run(context, { window: asked }): Promise<MaintenanceWindow | undefined> {
    const { actor, runId, databases } = context;
    const before = await MaintenanceWindow.endedBy(databases.ledger, runId);
    if (before) return before;
    const window = await findWindow(context, asked);
    if (!window) return undefined;
    const by = { endedBy: signed(actor), endedRun: runId };
    return (await MaintenanceWindow.end(databases.ledger, window.id, by)) ? window : undefined;
  },

  trace: (window) => ({
    subjects: [],
    ...(window ? { before: { maintenance: window.id, ends: window.ends }, after: { maintenance: null } } : {}),
  }),

  report: (window): Report => {
    if (!window) return { tone: 'unchanged', title: 'There is no announced maintenance to end. Nothing was changed.' };
    const what = `maintenance of ${servicesWords(window.services)}`;
    return {
      tone: 'done',
      title: `Ended: ${what}. What is down now is told again.`,
      announcement: `ended the ${what} (because ${window.reason})`,
    };
  },
});

/** Throws UserError where it is not clear which. */
async function findWindow(
  { databases: { ledger }, settings: { timeZone } }: Context,
  asked: string | undefined,
): Promise<MaintenanceWindow | undefined> {
  const open = await MaintenanceWindow.open(ledger);
  const found = open.filter(({ id }) => asked === undefined || id.startsWith(asked.toLowerCase()));
  if (found.length <= 1) return found[0];
  const lines = found.map((window) => {
    const { id, services, ends, reason } = window;
    const words = `${id.slice(0, 8)}: ${servicesWords(services)} until ${showTime(ends, timeZone)}, because ${reason}`;
    return { argument: 'window', message: words };
  });
  const offers = found.map(({ id, services }) => ({
    label: `End that of ${servicesWords(services)}`,
    operation: 'end-maintenance',
    input: { window: id },
  }));
  throw new UserError([{ argument: 'window', message: 'Several hold. Say which:' }, ...lines], offers);
}
