import { z } from 'zod';
import { showTime } from '../domain/end-date.ts';
import { SERVICES } from '../domain/health.ts';
import { DURATION_FORMS, durationOf } from '../domain/short-duration.ts';
import { MaintenanceWindow } from '../models/maintenance-window.ts';
import { isService, servicesWords } from './health/maintenance-words.ts';
import * as arg from './service/arguments.ts';
import { type Argument, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { signed } from './service/signed.ts';

const LEAST_MS = 5 * 60_000;
const MOST_MS = 24 * 3_600_000;

const duration: Argument<string, true> = {
  label: 'Duration',
  summary: `how long, from 5 minutes to 24 hours: ${DURATION_FORMS}`,
  example: '30m',
  required: true,
  positional: true,
  schema: () =>
    z.string('How long?').transform((typed, context) => {
      const ms = durationOf(typed);
      if (ms !== undefined && ms >= LEAST_MS && ms <= MOST_MS) return typed.trim();
      const message = `“${typed.trim()}” is not a time from 5 minutes to 24 hours. Write it like one of these: ${DURATION_FORMS}.`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }),
  widget: { kind: 'text', maxLength: 20 },
};

const services: Argument<string, false> = {
  label: 'Services',
  summary: `which of ${SERVICES.join(', ')}; without any, all`,
  example: 'gateway frontend',
  required: false,
  positional: true,
  takesWord: (word) => namesOf(word).every(isService) || /^(all|and)$/i.test(word),
  schema: () =>
    z.string().transform((typed, context) => {
      const names = namesOf(typed).filter((name) => name !== 'and');
      const unknown = names.filter((name) => name !== 'all' && !isService(name));
      if (unknown.length === 0) return names.join(' ');
      const message = `There is no service “${unknown[0]}”. They are ${SERVICES.join(', ')}, or “all”.`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }),
  widget: { kind: 'text', maxLength: 200 },
};

export const maintenance = defineOperation({
  name: 'maintenance',
  verb: 'maintenance',
  summary: 'Announce work on services, so that nobody is told that they are down',
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  example: 'maintenance 30m gateway because of the new release',
  args: {
    duration,
    services,
    reason: {
      ...arg.words('Reason', 'what is done', { maxLength: 300, example: 'of the new release', multiline: true }),
      keyword: 'because',
    },
  },

  async run({ databases: { ledger }, actor, runId }, input): Promise<MaintenanceWindow> {
    const named = namesOf(input.services ?? '').filter(isService);
    return MaintenanceWindow.begin(ledger, {
      id: runId,
      services: named.length > 0 && !/\ball\b/.test(input.services ?? '') ? named : null,
      reason: input.reason,
      openedBy: signed(actor),
      forMs: durationOf(input.duration) ?? 0,
    });
  },

  trace: ({ id, services: named, ends, reason }) => ({
    subjects: [],
    after: { maintenance: id, services: named ?? 'all', ends, reason },
  }),

  report: ({ id, services: named, ends, reason }, { settings: { timeZone } }): Report => {
    const what = `maintenance of ${servicesWords(named)} until ${showTime(ends, timeZone)}`;
    return {
      tone: 'done',
      title: `Announced: ${what}.`,
      parts: [
        {
          kind: 'note',
          text: 'Until then nobody is told of them, and nothing counts against them. What is still down behind it is told.',
        },
      ],
      offers: [{ label: 'End it now', operation: 'end-maintenance', input: { window: id.slice(0, 8) } }],
      announcement: `announced ${what}, because ${reason}`,
    };
  },
});

function namesOf(typed: string): string[] {
  return typed
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== '');
}
