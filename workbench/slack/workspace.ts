import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { PlannedFault } from './faults.ts';
import { newState } from './new-state.ts';
import type { Allowance } from './rates.ts';
import type { Connection } from './sockets.ts';
import type { Message, State } from './state.ts';

/** What every part of the local Slack works on. `now` is in milliseconds since 1970. */
export type Workspace = {
  state: State;
  clock: Clock;
  now(): number;
  /** The server's own address, without a slash at its end. */
  url: string;
  /** Where the app takes requests; undefined until it is connected. */
  appUrl?: string;
  botToken: string;
  /** For Socket Mode. */
  appToken: string;
  signingSecret: string;
  /** For the control port: whoever has it may act as anybody. */
  controlToken: string;
  faults: Map<string, PlannedFault[]>;
  /** How many acknowledgements of a kind (`*` for all) are still to be held back. */
  holds: Map<string, number>;
  /** The app's open connections in Socket Mode, by id. */
  sockets: Map<string, Connection>;
  /** Given out for connections, and not used yet. */
  tickets: Set<string>;
  /** Whether calls that come too fast are refused. */
  hasRates: boolean;
  allowances: Map<string, Allowance>;
  listeners: Set<() => void>;
};

export function newWorkspace(clock: Clock): Workspace {
  return {
    state: newState(),
    clock,
    now: clock.now,
    url: '',
    // Not a token of Slack's: fixed words would look like a leaked one to scanners.
    botToken: `xoxb-local-${randomBytes(12).toString('hex')}`,
    appToken: `xapp-local-${randomBytes(12).toString('hex')}`,
    signingSecret: randomBytes(16).toString('hex'),
    controlToken: randomBytes(16).toString('hex'),
    faults: new Map(),
    holds: new Map(),
    sockets: new Map(),
    tickets: new Set(),
    hasRates: true,
    allowances: new Map(),
    listeners: new Set(),
  };
}

/** Tells everybody who watches that something is different. */
export function changed(workspace: Workspace): void {
  for (const listener of [...workspace.listeners]) listener();
}

/** A version later than all before, for whatever changed. */
export function stamp({ state }: Workspace): number {
  state.version += 1;
  return state.version;
}

export function newId(prefix: string): string {
  return prefix + randomBytes(5).toString('hex').toUpperCase();
}

/** A time as Slack writes them: no two are the same. */
export function newTs({ state, now }: Workspace): string {
  state.lastTs = Math.max(state.lastTs + 1, now() * 1000);
  return `${Math.floor(state.lastTs / 1e6)}.${String(state.lastTs % 1e6).padStart(6, '0')}`;
}

export type NewMessage = Omit<Message, 'ts' | 'version'>;

/** Adds a message at the channel's end. */
export function post(workspace: Workspace, message: NewMessage): Message {
  const ts = newTs(workspace);
  const posted = { ...message, ts, version: stamp(workspace) };
  workspace.state.messages.set(ts, posted);
  changed(workspace);
  return posted;
}

/** Replaces parts of a message where it stands. */
export function amend(workspace: Workspace, message: Message, parts: Partial<NewMessage>): void {
  Object.assign(message, parts, { edited: true, version: stamp(workspace) });
  if (parts.blocks === undefined && 'blocks' in parts) delete message.blocks;
  changed(workspace);
}

export function remove(workspace: Workspace, message: Message): void {
  workspace.state.messages.delete(message.ts);
  stamp(workspace);
  changed(workspace);
}
