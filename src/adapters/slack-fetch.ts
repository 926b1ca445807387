import type { FetchFunction } from '@slack/web-api';
import type { Meter } from '../ports.ts';

const MEBIBYTE = 1024 * 1024;

/** The most that Slack's own answers may hold; files have a limit of their own. */
export const ANSWER_BYTES = MEBIBYTE;

/** What a request may cost. */
export interface Allowance {
  readonly timeoutMs: number;
  /** What the call is counted as; by default the method that the address names. */
  readonly countedAs?: string;
  readonly signal?: AbortSignal | undefined;
}

/** How every request to Slack goes out: to Slack's own hosts only, without following redirects, within a time. */
export interface SlackGate {
  /** The answer, whatever its status, its body not read yet. Throws for other hosts and for redirects. */
  send(url: string | URL, init: RequestInit, allowance: Allowance): Promise<Response>;
  /** The same for web-api's client; answers are limited to 1 MiB. */
  readonly fetch: FetchFunction;
}

/** `apiUrl` is the address on this machine that stands in for Slack; undefined: Slack itself. */
export function openSlackGate(apiUrl: string | undefined, timeoutMs: number, meter?: Meter): SlackGate {
  const isSlacks = apiUrl === undefined ? isSlackHost : isOrigin(new URL(apiUrl).origin);
  const send: SlackGate['send'] = async (address, init, { timeoutMs: withinMs, signal, countedAs }) => {
    const url = new URL(address);
    if (!isSlacks(url)) throw new Error(`CapOps sends nothing to ${url.host}: it is not Slack’s`);
    const signals = [AbortSignal.timeout(withinMs), ...(signal ? [signal] : [])];
    const method = countedAs ?? methodOf(url);
    const asked = fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.any(signals) });
    const response = await asked.catch((error: unknown) => {
      meter?.calledSlack({ method, status: 'none' });
      throw error;
    });
    meter?.calledSlack({ method, status: String(response.status) });
    if (response.status < 300 || response.status > 399) return response;
    await response.body?.cancel();
    throw new Error(`${url.host} answered with a redirect, which CapOps does not follow`);
  };
  return {
    send,
    fetch: async (url, init = {}) => {
      const { signal, ...rest } = init;
      const response = await send(url, rest, { timeoutMs, signal });
      const body: Uint8Array[] = [];
      for await (const piece of readLimited(response, ANSWER_BYTES)) body.push(piece);
      return new Response(Buffer.concat(body), {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    },
  };
}

/** The body's pieces; throws once there are more bytes than the limit. */
export async function* readLimited(response: Response, limitBytes: number): AsyncGenerator<Uint8Array> {
  let seenBytes = 0;
  for await (const piece of response.body ?? []) {
    seenBytes += piece.byteLength;
    if (seenBytes > limitBytes) throw new Error(`The answer is larger than ${limitBytes} bytes`);
    yield piece;
  }
}

/** A method's name is a word of Slack's; any other address may hold a secret, and is only called a file. */
function methodOf({ pathname }: URL): string {
  return /\/api\/([a-z]+(?:\.[a-zA-Z]+)+)$/.exec(pathname)?.[1] ?? 'file';
}

function isSlackHost({ protocol, hostname, port }: URL): boolean {
  return protocol === 'https:' && port === '' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'));
}

function isOrigin(origin: string): (url: URL) => boolean {
  return (url) => url.origin === origin && url.username === '' && url.password === '';
}
