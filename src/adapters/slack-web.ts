import { type FetchFunction, WebClient, type WebClientOptions } from '@slack/web-api';
import type { Meter } from '../ports.ts';
import { ANSWER_BYTES, openSlackGate, readLimited } from './slack-fetch.ts';

/** A file input takes 10 MB; a little more, so that whoever reads the file can say that it is too large. */
const FILE_BYTES = 11 * 1024 * 1024;
const PATIENT_MS = 10_000;
const QUICK_MS = 1_200;
const FILE_MS = 30_000;

/** Everything that CapOps sends to Slack goes through here, and the bot's token to Slack's own hosts alone. */
export interface SlackWeb {
  /** For messages and files: waits out rate limits. */
  readonly client: WebClient;
  /** For what somebody waits for: 1.2 s, no second try. */
  readonly quick: WebClient;
  readonly fetch: FetchFunction;
  /** Posts to a response URL. Rejects when Slack does not take it, with its HTTP `status`. */
  respond(responseUrl: string, body: object): Promise<void>;
  /** A file's content, read once. Rejects, at the first piece, when Slack does not give it. */
  download(url: string): AsyncIterable<Uint8Array>;
}

export interface SlackWebOptions {
  readonly botToken: string;
  /** An address on this machine that stands in for Slack's; undefined: Slack itself. */
  readonly apiUrl: string | undefined;
  /** Counts what goes out. */
  readonly meter?: Meter | undefined;
}

export function openSlackWeb({ botToken, apiUrl, meter }: SlackWebOptions): SlackWeb {
  const gate = openSlackGate(apiUrl, PATIENT_MS, meter);
  const common: WebClientOptions = {
    fetch: gate.fetch,
    allowAbsoluteUrls: false,
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
  };
  return {
    client: new WebClient(botToken, { ...common, logger: silent(), retryConfig: onlyRateLimits() }),
    quick: new WebClient(botToken, {
      ...common,
      logger: silent(),
      timeout: QUICK_MS,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    }),
    fetch: gate.fetch,
    respond: async (responseUrl, body) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = await gate.send(ownHost(responseUrl, 'hooks.slack.com', apiUrl), init, {
        timeoutMs: PATIENT_MS,
        countedAs: 'response_url',
      });
      await readToEnd(response);
      const { ok, status } = response;
      if (!ok) throw Object.assign(new Error(`Slack took no answer at the response URL: ${status}`), { status });
    },
    async *download(url) {
      const init = { headers: { authorization: `Bearer ${botToken}` } };
      const response = await gate.send(ownHost(url, 'files.slack.com', apiUrl), init, { timeoutMs: FILE_MS });
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`Slack did not give the file: ${response.status}`);
      }
      yield* readLimited(response, FILE_BYTES);
    },
  };
}

/** Read, and not cancelled: cancelling would end the connection, and the next answer would need a new one. */
async function readToEnd(response: Response): Promise<void> {
  for await (const _ of readLimited(response, ANSWER_BYTES));
}

/** The address, where its host is the one that is for this; beside a stand-in the gate lets only that through. */
function ownHost(address: string, host: string, apiUrl: string | undefined): string {
  const url = new URL(address);
  if (apiUrl === undefined && url.hostname !== host) throw new Error(`CapOps expects ${host} here, not ${url.host}`);
  return address;
}

/** A post that failed otherwise may have been made all the same: a second one would be a second message. */
function onlyRateLimits(): NonNullable<WebClientOptions['retryConfig']> {
  const onFailedAttempt = (error: Error) => {
    if (!error.message.includes('rate limit')) throw error;
  };
  // The type lacks it; web-api hands the whole object to p-retry.
  return { retries: 3, minTimeout: 0, onFailedAttempt } as { retries: number };
}

/** Failed calls reject, and whoever made them logs them once. */
function silent(): NonNullable<WebClientOptions['logger']> {
  const nothing = () => undefined;
  const level = 'error' as ReturnType<NonNullable<WebClientOptions['logger']>['getLevel']>;
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setLevel: nothing,
    setName: nothing,
    getLevel: () => level,
  };
}
