import type { Server } from 'node:http';
import { type App, HTTPReceiver, type Logger, type Receiver, SocketModeReceiver, type webApi } from '@slack/bolt';
import { StartError } from '../../errors.ts';

/** How Slack reaches CapOps. */
export type ReceiverConfig =
  | { readonly kind: 'socket'; readonly appToken: string }
  | { readonly kind: 'http'; readonly signingSecret: string; readonly port: number; readonly host: string };

/** What a transport needs besides its own settings. */
export interface Transport {
  readonly logger: Logger;
  readonly fetch: webApi.FetchFunction;
  readonly apiUrl: string | undefined;
  /** Stands between the receivers and Bolt: what it does is done before anything is acknowledged. */
  readonly intake: (process: App['processEvent']) => App['processEvent'];
}

/** Takes requests until it is stopped; `start` says the port it listens on, where it does. */
export interface Door {
  readonly receiver: Receiver;
  start(): Promise<number | undefined>;
  /** Whether Slack's requests can come in now. */
  isOpen(): boolean;
  /** Takes nothing new; resolves once what was taken is `drained` and its answers are sent. */
  stop(drained: () => Promise<void>): Promise<void>;
}

/** Slack's payloads hold a view of 250 KB at most. */
const BODY_BYTES = 1024 * 1024;

/** While one connection is renewed it is deaf for some seconds; the other is not. */
const SOCKETS = 2;

/** Tries for ever: a start or a renewal that gave up would end the bot. */
const FOR_EVER = { retries: 10, factor: 1.3, maxTimeout: 30_000, forever: true };

export function openDoor(config: ReceiverConfig, transport: Transport): Door {
  return config.kind === 'http' ? httpDoor(config, transport) : socketDoor(config, transport);
}

/** A receiver's view of Bolt, with the intake before it. */
function before(app: App, intake: Transport['intake']): App {
  const processEvent = intake((event) => app.processEvent(event));
  return Object.create(app, { processEvent: { value: processEvent } });
}

function httpDoor(
  { signingSecret, host, port }: Extract<ReceiverConfig, { kind: 'http' }>,
  { logger, intake }: Transport,
): Door {
  let isOpen = false;
  const http = new HTTPReceiver({ signingSecret, endpoints: '/slack/events', bodyLimit: BODY_BYTES, logger });
  return {
    receiver: {
      init: (app: App) => http.init(before(app, intake)),
      start: () => http.start({ host, port }),
      stop: () => http.stop(),
    },
    start: async () => {
      const server = (await http
        .start({ host, port })
        .catch((error: unknown) => cannotListen(error, { host, port }))) as Server;
      isOpen = true;
      const address = server.address();
      return typeof address === 'object' ? address?.port : undefined;
    },
    isOpen: () => isOpen,
    stop: async (drained) => {
      isOpen = false;
      const closed = http.stop();
      await drained();
      await closed;
    },
  };
}

const FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EACCES: 'this user may not',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};

function cannotListen(cause: unknown, { host, port }: { host: string; port: number }): never {
  const fault = FAULTS[String((cause as NodeJS.ErrnoException).code)];
  if (!fault) throw cause;
  throw new StartError(`CapOps cannot listen on ${host}, port ${port}: ${fault}. Set PORT and HOST.`, { cause });
}

function socketDoor({ appToken }: Extract<ReceiverConfig, { kind: 'socket' }>, transport: Transport): Door {
  const sockets = Array.from({ length: SOCKETS }, () => socket(appToken, transport));
  const receiver: Receiver = {
    init: (app: App) => {
      for (const one of sockets) one.init(before(app, transport.intake));
    },
    start: () => Promise.all(sockets.map((one) => one.start())),
    stop: () => Promise.all(sockets.map((one) => one.stop())),
  };
  return {
    receiver,
    start: async () => {
      await Promise.resolve(receiver.start()).catch(notLetIn);
      return undefined;
    },
    isOpen: () => sockets.some(({ client }) => client.websocket?.isActive() ?? false),
    // Acknowledgements go through the sockets, and Slack sends nothing again that was not acknowledged.
    stop: async (drained) => {
      await drained();
      await receiver.stop();
      await drained();
    },
  };
}

/** Slack's own codes for a token that is wrong, revoked, or lacks `connections:write`. */
const REFUSALS =
  /^(invalid_auth|not_authed|not_allowed_token_type|account_inactive|token_(revoked|expired)|missing_scope)$/;

function notLetIn(cause: unknown): never {
  const code = String((cause as { data?: { error?: unknown } }).data?.error);
  if (!REFUSALS.test(code)) throw cause;
  const allowed = 'an app-level token of this app with connections:write, which has not been revoked';
  throw new StartError(`Slack does not take SLACK_APP_TOKEN (${code}). Allowed: ${allowed}.`, { cause });
}

/** Each socket has client options of its own: it writes its settings into them. */
function socket(appToken: string, { logger, fetch, apiUrl }: Transport): SocketModeReceiver {
  const clientOptions = { fetch, retryConfig: { ...FOR_EVER }, ...(apiUrl ? { slackApiUrl: apiUrl } : {}) };
  const receiver = new SocketModeReceiver({ appToken, logger, installerOptions: { clientOptions } });
  const { client } = receiver;
  const begin = client.start.bind(client);
  // Ended while it renews a connection, it rejects, with nothing, where nobody waits; that would end the process.
  client.start = () =>
    begin().catch((error: unknown) => {
      if (error !== undefined) throw error;
      return { ok: false };
    });
  return receiver;
}
