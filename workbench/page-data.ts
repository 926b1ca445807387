import type { Block } from './slack/blocks.ts';
import type { Values } from './slack/inputs.ts';

/** What the page and its server say to each other. */
export type PagePerson = { id: string; handle: string; name: string; role: string };
export type PageChannel = { id: string; name: string; direct: boolean; unread: number };
export type PageCommand = { command: string; description: string; hint: string };
export type PageFile = { id: string; name: string; size: number };

export type PageMessage = {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks: Block[];
  files: PageFile[];
  ephemeral: boolean;
  threadTs: string | null;
  edited: boolean;
};

export type PageView = {
  id: string;
  hash: string;
  title: string;
  submit: string | null;
  close: string | null;
  blocks: Block[];
};

/** What a person sees. The first one is whole; those after it bring only the messages that changed or went. */
export type Sight = {
  first: boolean;
  people: PagePerson[];
  channels: PageChannel[];
  commands: PageCommand[];
  messages: PageMessage[];
  gone: string[];
  /** The open modals, the one on top last. */
  modals: PageView[];
  home: PageView | null;
};

/** An element in a message or in a view, with what the view's inputs hold. */
export type Target = {
  message?: string | undefined;
  view?: string | undefined;
  block: string;
  action: string;
  values: Values;
};

/** What an act led to, for the page to show; the rest arrives as a sight. */
export type Outcome = { error?: string; errors?: Record<string, string>; trouble?: string; closed?: boolean };
