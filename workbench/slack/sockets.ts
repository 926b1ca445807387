import type { Outgoing, Replied } from './deliver.ts';
import type { Workspace } from './workspace.ts';

export type Connection = { id: string };

/** Sends a payload over one of the app's connections. */
export async function sendOverSocket(_: Workspace, __: Outgoing, ___: AbortSignal): Promise<Replied> {
  throw new Error('no connection is open');
}
