import type { App } from '@slack/bolt';
import type { Desk } from './desk.ts';
import { acknowledgedByBolt, type Handling } from './handling.ts';
import { arrivalIn } from './intake.ts';
import { ofEvent } from './origin.ts';
import { perform } from './perform.ts';
import { messageKey, type Written } from './read-message.ts';

/** Slack delivers an event again within five minutes when an acknowledgement got lost. */
const REMEMBERED_MESSAGES = 1_000;

/** Direct messages, mentions, the home tab, and changes of user groups. */
export function listenToEvents(app: App, desk: Desk, handling: Handling): void {
  const isNew = remembering();
  const takeMessage = async (event: Written, context: Parameters<typeof arrivalIn>[0]): Promise<void> => {
    const arrival = arrivalIn(context);
    // The ledger knows what was stored; the rest is remembered here.
    const isKept = arrival?.receipt !== undefined && arrival.receipt.kind !== 'unstored';
    if (!arrival || !(isKept || isNew(messageKey(event)))) return;
    await handling.afterAck(acknowledgedByBolt, arrival, (asker) => perform(desk, asker, arrival));
  };

  app.event('message', ({ event, context }) => takeMessage(event as Written, context));
  app.event('app_mention', ({ event, context }) => takeMessage(event as Written, context));

  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home') return;
    const origin = ofEvent({ user: event.user }, body);
    await handling.afterAck(acknowledgedByBolt, { origin }, (asker) => desk.homeTabs.open(desk, asker));
  });

  app.event('subteam_members_changed', async ({ event }) => desk.ports.directory?.forgetGroup(event.subteam_id));
  app.event('subteam_updated', async ({ event }) => desk.ports.directory?.forgetGroup(event.subteam.id));
}

/** True for what was not asked before. */
function remembering(): (key: string) => boolean {
  const seen = new Set<string>();
  return (key) => {
    if (seen.has(key)) return false;
    seen.add(key);
    if (seen.size > REMEMBERED_MESSAGES) seen.delete(seen.values().next().value ?? '');
    return true;
  };
}
