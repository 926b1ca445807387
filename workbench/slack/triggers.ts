import type { Message, Trigger } from './state.ts';
import { newId, type Workspace } from './workspace.ts';

const TRIGGER_LIFE_MS = 3_000;
const RESPONSE_LIFE_MS = 30 * 60_000;
const RESPONSE_USES = 5;

/** A right to open one view, for 3 seconds. */
export function newTrigger(workspace: Workspace, person: string): string {
  const id = `${newId('')}.${newId('')}`;
  workspace.state.triggers.set(id, { id, person, expiresAt: workspace.now() + TRIGGER_LIFE_MS, used: false });
  return id;
}

/** Uses the trigger up: the person's, or Slack's word for what is wrong with it. */
export function takeTrigger(workspace: Workspace, id: string): Trigger | string {
  const trigger = workspace.state.triggers.get(id);
  if (!trigger) return 'invalid_trigger_id';
  if (trigger.used) return 'exchanged_trigger_id';
  if (workspace.now() > trigger.expiresAt) return 'expired_trigger_id';
  trigger.used = true;
  return trigger;
}

/** An address at which the app may answer 5 times within 30 minutes. */
export function newResponseUrl(
  workspace: Workspace,
  place: { channel: string; person: string; source?: Message },
): string {
  const id = newId('R');
  workspace.state.responseUrls.set(id, {
    id,
    channel: place.channel,
    person: place.person,
    expiresAt: workspace.now() + RESPONSE_LIFE_MS,
    usesLeft: RESPONSE_USES,
    ...(place.source ? { source: place.source.ts } : {}),
  });
  return `${workspace.url}/response/${id}`;
}
