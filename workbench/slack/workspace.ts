import { randomBytes } from 'node:crypto';
import type { PlannedFault } from './faults.ts';
import { type Message, newState, type State } from './state.ts';

/** What every part of the local Slack works on. `now` is in milliseconds since 1970. */
export type Workspace = {
  state: State;
  now(): number;
  /** The server's own address, without a slash at its end. */
  url: string;
  /** Where the app takes requests; undefined until it is connected. */
  appUrl?: string;
  botToken: string;
  signingSecret: string;
  faults: Map<string, PlannedFault[]>;
  listeners: Set<() => void>;
};

export function newWorkspace(now: () => number): Workspace {
  return {
    state: newState(),
    now,
    url: '',
    // Not a token of Slack's: fixed words would look like a leaked one to scanners.
    botToken: `xoxb-local-${randomBytes(12).toString('hex')}`,
    signingSecret: randomBytes(16).toString('hex'),
    faults: new Map(),
    listeners: new Set(),
  };
}

/** Tells everybody who watches that something is different. */
export function changed(workspace: Workspace): void {
  for (const listener of [...workspace.listeners]) listener();
}

export function newId(prefix: string): string {
  return prefix + randomBytes(5).toString('hex').toUpperCase();
}

export type NewMessage = Omit<Message, 'ts' | 'version'>;

/** Adds a message at the channel's end. */
export function post(workspace: Workspace, message: NewMessage): Message {
  const { state } = workspace;
  state.lastTs = Math.max(state.lastTs + 1, workspace.now() * 1000);
  const ts = `${Math.floor(state.lastTs / 1e6)}.${String(state.lastTs % 1e6).padStart(6, '0')}`;
  state.version += 1;
  const posted = { ...message, ts, version: state.version };
  state.messages.set(ts, posted);
  changed(workspace);
  return posted;
}

/** Replaces parts of a message where it stands. */
export function amend(workspace: Workspace, message: Message, parts: Partial<NewMessage>): void {
  workspace.state.version += 1;
  Object.assign(message, parts, { edited: true, version: workspace.state.version });
  if (parts.blocks === undefined && 'blocks' in parts) delete message.blocks;
  changed(workspace);
}

export function remove(workspace: Workspace, message: Message): void {
  workspace.state.messages.delete(message.ts);
  workspace.state.version += 1;
  changed(workspace);
}
