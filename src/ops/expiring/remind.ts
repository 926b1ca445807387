import { counted } from '../../domain/counted.ts';
import { isoDate, showEnd } from '../../domain/end-date.ts';
import { listWords } from '../../domain/module-keys.ts';
import { claimReminders, type Reminded, remindersWereTold } from '../../models/access-reminder.ts';
import { grantModule } from '../grant-module.ts';
import { listOrgs } from '../list-orgs.ts';
import { called } from '../organisation-found.ts';
import type { Report } from '../service/report.ts';
import type { AccessWatch } from './access-watch.ts';
import type { CloseEnd } from './due-access.ts';
import { type EndGroup, endLines, groupEnds, organisationsIn } from './ended-words.ts';

/** More than these come in one message together: nobody works through a channel full of them. */
const MOST_MESSAGES = 10;

/**
 * Tells the channel of ends that are near, once each: one message an organisation and day. A crash right behind a post makes
 * it come twice, rather than never. To be called by one at a time.
 */
export async function remind(
  { ports, announcer }: AccessWatch,
  channel: string,
  close: readonly CloseEnd[],
): Promise<void> {
  const { ledger } = ports.databases;
  const untold = new Set((await claimReminders(ledger, close)).map(keyOf));
  const ends = close.filter((end) => untold.has(keyOf(end))).toSorted((a, b) => +a.validUntil - +b.validUntil);
  const { timeZone } = ports.settings;
  const groups = groupEnds(ends);
  if (groups.length > MOST_MESSAGES) {
    const days = Math.max(...ends.map(({ daysLeft }) => daysLeft)) + 1;
    const wish = { operation: listOrgs, raw: { expiring: String(days) } };
    await announcer.post(channel, wish, gathered(ends, { days, timeZone }));
    return remindersWereTold(ledger, ends);
  }
  for (const group of groups) {
    const own = ends.filter((end) => isOf(group, end));
    const report = reminder(group, own[0]?.daysLeft ?? 0, timeZone);
    await announcer.post(channel, { operation: grantModule, raw: { org: group.code } }, report);
    await remindersWereTold(ledger, own);
  }
}

function reminder(group: EndGroup, daysLeft: number, timeZone: string): Report {
  const { code, moduleKeys, validUntil } = group;
  const modules = listWords(moduleKeys);
  const input = { org: code, module: moduleKeys.join(',') };
  return {
    tone: 'attention',
    title: `Access of ${called(group)} to ${modules} ends ${whenWords(daysLeft)}, after ${showEnd(validUntil, timeZone)}.`,
    offers: [
      { label: 'Extend', operation: 'grant-module', input, form: true, style: 'primary' },
      {
        label: 'Let it end',
        operation: 'let-access-end',
        input: { ...input, until: isoDate(validUntil, timeZone) },
        confirm: `Let ${modules} of ${called(group)} end, without further reminders?`,
      },
    ],
  };
}

function gathered(ends: readonly CloseEnd[], { days, timeZone }: { days: number; timeZone: string }): Report {
  return {
    tone: 'attention',
    title: `${counted(ends.length, 'access', 'accesses')} of ${organisationsIn(ends)} will end within ${counted(days, 'day')}.`,
    parts: [
      { kind: 'list', items: endLines(groupEnds(ends), timeZone) },
      { kind: 'note', text: 'To extend one: “grant LHR work until 31 Dec 2027”. To let it end: “let-end LHR work”.' },
    ],
    offers: [{ label: 'List them', operation: 'list-orgs', input: { expiring: String(days) } }],
  };
}

function whenWords(daysLeft: number): string {
  if (daysLeft === 0) return 'today';
  return daysLeft === 1 ? 'tomorrow' : `in ${daysLeft} days`;
}

function isOf(group: EndGroup, { organisationId, validUntil }: CloseEnd): boolean {
  return organisationId === group.organisationId && validUntil.getTime() === group.validUntil.getTime();
}

function keyOf({ organisationId, moduleKey, validUntil, days }: Reminded): string {
  return [organisationId, moduleKey, validUntil.getTime(), days].join(' ');
}
