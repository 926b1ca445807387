import type { Block } from './blocks.ts';

/** Somebody in the workspace. `role` is a hint for the page only: what CapOps grants stands in its own file. */
export type Person = {
  id: string;
  handle: string;
  name: string;
  role: string;
  guest: boolean;
  deactivated: boolean;
};

export type Channel = { id: string; name: string; person?: string };

/** `disabledAt` is in seconds, 0 while it is in use. */
export type UserGroup = {
  id: string;
  handle: string;
  name: string;
  people: string[];
  updated: number;
  disabledAt: number;
};

/** `ts` is the identity and the place in time, as Slack has it: seconds with six digits, unique. */
export type Message = {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks?: Block[];
  files?: StoredFile[];
  threadTs?: string;
  /** The only person who sees it. */
  ephemeralFor?: string;
  edited?: boolean;
  /** The state's version when it last changed. */
  version: number;
};

export type View = {
  id: string;
  rootId: string;
  previousId: string | null;
  hash: string;
  person: string;
  type: 'modal' | 'home';
  title: string;
  submit?: string;
  close?: string;
  callbackId: string;
  externalId: string;
  privateMetadata: string;
  clearOnClose: boolean;
  notifyOnClose: boolean;
  blocks: Block[];
  responseUrls: string[];
};

export type StoredFile = {
  id: string;
  name: string;
  title: string;
  mimetype: string;
  user: string;
  created: number;
  content: Buffer;
  /** False between the upload's address being given and its completion. */
  shared: boolean;
};

/** `usedAt` is set by the first view it opens. */
export type Trigger = { id: string; person: string; expiresAt: number; used: boolean };

export type ResponseUrl = {
  id: string;
  channel: string;
  person: string;
  expiresAt: number;
  usesLeft: number;
  /** The message whose button was clicked. */
  source?: string;
};

/** One request to the app, and what it answered. */
export type Delivery = {
  id: number;
  /** The state's version when it last changed. */
  version: number;
  kind: string;
  via: 'http' | 'socket';
  /** 0 at first; 1 to 3 for an event that came again. */
  attempt: number;
  /** Milliseconds since 1970. */
  at: number;
  request: { headers: Record<string, string>; body: string };
  /** What the body carries, parsed. */
  payload: Record<string, unknown>;
  /** Undefined when nothing answered. */
  status?: number;
  /** Milliseconds until the answer was there. */
  ms?: number;
  /** The answer's body. */
  body: string;
  /** Why there was no answer, or none that counts: `operation_timeout`, `dispatch_failed`. */
  error?: string;
  /** The app asked not to be told again. */
  wantsNoRetry?: boolean;
  /** What Slack's limits say against the acknowledgement, each with its place. */
  complaints?: string[];
  /** What the person was shown because of the error. */
  shown?: string;
};

/** One call of the app to the Web API or to a response URL. */
export type Call = {
  version: number;
  method: string;
  at: number;
  /** Whose token came with it. */
  token: 'bot' | 'app' | 'other' | 'none';
  arguments: Record<string, unknown>;
  answer: Record<string, unknown>;
};

export type Kind = 'message' | 'view' | 'options';

/** Something of the app's that Slack's limits refused; each complaint names the place. */
export type Refused = {
  at: number;
  what: Kind;
  complaints: string[];
  payload: unknown;
};

export type State = {
  people: Map<string, Person>;
  channels: Map<string, Channel>;
  groups: Map<string, UserGroup>;
  messages: Map<string, Message>;
  modals: Map<string, View[]>;
  homes: Map<string, View>;
  files: Map<string, StoredFile>;
  triggers: Map<string, Trigger>;
  responseUrls: Map<string, ResponseUrl>;
  /** By person, then by channel: the `ts` up to which they have read. */
  readMarks: Map<string, Map<string, string>>;
  deliveries: Delivery[];
  calls: Call[];
  /** How many of the app's messages, views and the like kept to Slack's limits, and those that did not. */
  accepted: Record<Kind, number>;
  refused: Refused[];
  version: number;
  lastTs: number;
};

export const TEAM = 'T0CAPACITY';
export const APP = 'A0CAPOPS';
export const BOT_USER = 'U0CAPOPS';
export const BOT = 'B0CAPOPS';

/** The direct message channel of a person with CapOps: U0ADA has D0ADA. */
export function directChannel(person: string): string {
  return `D${person.slice(1)}`;
}
