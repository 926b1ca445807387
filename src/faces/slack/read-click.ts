import { createHash } from 'node:crypto';
import type { BlockButtonAction } from '@slack/bolt';
import { UserError } from '../../errors.ts';
import type { OpsService } from '../../ops/service/service.ts';
import type { Posted } from './answer.ts';
import type { Ask } from './ask.ts';
import { readButton } from './button-value.ts';
import { PROGRESS } from './draw-progress.ts';

/** What a click asks for. */
export function readClick(service: OpsService, body: BlockButtonAction): Ask {
  const { actions, user, view } = body;
  const [action] = actions;
  const meant = action && readButton(service, action.action_id, action.value);
  if (!action || !meant) {
    const title = 'This button is from an older version of CapOps. Ask again to get a new one.';
    return { act: 'words', error: new UserError(title) };
  }
  const { operation, raw, confirmation } = meant;
  if (meant.act === 'form') return { act: 'form', wish: { operation, raw } };
  const place = placeOf(body);
  const stays =
    view !== undefined || meant.act === 'beside' || operation.leavesMessage === true || action.block_id === PROGRESS;
  return {
    act: 'run',
    operation,
    raw,
    confirmation,
    deliveryKey: `click:${place}:${action.action_id}:${action.action_ts}`,
    requestKey: `click:${place}:${user.id}:${action.action_id}:${digest(action.value)}`,
    manner: stays ? 'asked' : 'click',
    posted: stays ? undefined : postedOf(body),
  };
}

/** The clicked message, where it is not private: those change through their response URL only. */
function postedOf({ container, channel, message }: BlockButtonAction): Posted | undefined {
  const ts: unknown = message?.ts;
  return channel && typeof ts === 'string' && !container.is_ephemeral ? { channel: channel.id, ts } : undefined;
}

function placeOf({ container }: BlockButtonAction): string {
  return container.type === 'view' ? String(container.view_id) : `${container.channel_id}:${container.message_ts}`;
}

function digest(value: string | undefined): string {
  return createHash('sha256')
    .update(value ?? '')
    .digest('hex')
    .slice(0, 16);
}
