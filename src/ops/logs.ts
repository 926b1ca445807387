import { counted } from '../domain/counted.ts';
import { openLogTime } from '../domain/log-text.ts';
import { UserError } from '../errors.ts';
import * as arg from './service/arguments.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { followLog } from './services/follow-log.ts';
import { grep, lineCount, logSince } from './services/log-arguments.ts';
import { logReport, type ServiceLog } from './services/log-report.ts';
import { readLog } from './services/read-log.ts';
import { findService, openServiceDesk, orByHand, serviceName } from './services/service-desk.ts';

const DEFAULT_LINES = 100;

/** Followed until somebody stopped it, or its containers ended. */
interface Followed {
  readonly service: string;
  readonly printed: number;
}

export const logs = defineOperation({
  name: 'logs',
  verb: 'logs',
  summary: 'Show what a service of the platform has written last, without secrets',
  role: 'operator',
  effect: 'reads',
  evenWhenDown: true,
  waits: true,
  example: 'logs api-gateway 200 since 10m grep timeout',
  args: {
    service: serviceName,
    lines: lineCount,
    since: logSince,
    grep,
    follow: {
      ...arg.flag('Follow', 'go on with what is written from now on, until Ctrl-C', '--follow'),
      terminalOnly: true,
    },
  },

  async run(
    context,
    { service: name, lines: count = DEFAULT_LINES, since, grep: wanted, follow },
  ): Promise<ServiceLog | Followed> {
    const byHand = `compose logs --tail ${count} ${name}`;
    const { compose, containers } = await openServiceDesk(context, byHand);
    const service = findService(compose, name);
    const { withoutConfigured } = (await context.openSupport?.()) ?? {};
    const wish = { service, count, since, grep: wanted, signal: context.signal, withoutConfigured };
    if (follow) return { service, printed: await orByHand(byHand, followLog(containers, wish, printerOf(context))) };
    return { ...(await orByHand(byHand, readLog(containers, wish))), service, since, grep: wanted };
  },

  report: (log, context): Report => ('printed' in log ? followedReport(log) : logReport(log, context)),

  json: (log) => log,
});

function printerOf({ print, settings: { timeZone } }: Context) {
  if (!print)
    throw new UserError({ argument: 'follow', message: '--follow prints lines as they come: leave --format out.' });
  return { print, time: openLogTime(timeZone) };
}

function followedReport({ service, printed }: Followed): Report {
  return { tone: 'info', title: `${service} is followed no more, after ${counted(printed, 'line')}.` };
}
