import { inviteSocket } from '../sockets.ts';
import type { Method } from './method.ts';

const connectionsOpen: Method = (workspace) => ({ url: inviteSocket(workspace) });

/** For the app's own token, not for the bot's. */
export const apps: Record<string, Method> = { 'apps.connections.open': connectionsOpen };
