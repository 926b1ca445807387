import { type Payload, send } from './deliver.ts';
import { eventPayload } from './payloads.ts';
import type { Delivery } from './state.ts';
import type { Workspace } from './workspace.ts';

/** https://docs.slack.dev/apis/events-api#retries: at once, after a minute, after five; each counted from the one before. */
const RETRIES_AFTER_MS = [0, 60_000, 300_000];

/**
 * Tells the app of an event. Resolves with the first delivery; one that is not acknowledged comes again by the
 * workspace's clock, unless the app asks not to (`x-slack-no-retry: 1`).
 */
export async function tell(workspace: Workspace, event: Payload): Promise<Delivery> {
  const seconds = (workspace.now() / 1000).toFixed(6);
  const payload = eventPayload(workspace, { event_ts: seconds, ...event });
  const delivery = await send(workspace, { kind: 'event', payload });
  tellAgainLater(workspace, delivery);
  return delivery;
}

function tellAgainLater(workspace: Workspace, failed: Delivery): void {
  const afterMs = RETRIES_AFTER_MS[failed.attempt];
  if (!failed.error || failed.wantsNoRetry || afterMs === undefined) return;
  const retry = { attempt: failed.attempt + 1, reason: reasonFor(failed) };
  workspace.clock.at(workspace.now() + afterMs, async () => {
    tellAgainLater(workspace, await send(workspace, { kind: 'event', payload: failed.payload, retry }));
  });
}

function reasonFor(failed: Delivery): string {
  if (failed.via === 'socket') return 'timeout';
  if (failed.error === 'operation_timeout') return 'http_timeout';
  return failed.status === undefined ? 'connection_failed' : 'http_error';
}
