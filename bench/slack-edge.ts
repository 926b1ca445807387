import { createHmac } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is given to both bots: the secrets of a Slack that exists only here. */
export const SECRETS = {
  SLACK_BOT_TOKEN: 'xoxb-bench-token',
  SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
};

/** Slack's side, as little as a load test needs: it answers Web API calls, and counts what comes to response URLs. */
export interface SlackEdge {
  readonly apiUrl: string;
  responseUrl(request: string): string;
  /** Requests that have been answered so far, by the name given to `responseUrl`. */
  readonly answered: Set<string>;
  /** Resolves when this one is. */
  whenAnswered(name: string): Promise<void>;
  close(): void;
}

const ANSWERS: Readonly<Record<string, object>> = {
  'auth.test': { team_id: 'T0BENCH', user_id: 'U0BOT', bot_id: 'B0BOT' },
  'users.info': { user: { id: 'U0OMAR', name: 'omar', real_name: 'Omar', profile: {} } },
};

export async function openSlackEdge(): Promise<SlackEdge> {
  const answered = new Set<string>();
  const waiting = new Map<string, () => void>();
  const server = createServer((incoming, response) => {
    const [, kind, name = ''] = (incoming.url ?? '').split('/');
    incoming.resume().on('end', () => {
      if (kind === 'response') {
        answered.add(name);
        waiting.get(name)?.();
      }
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ok: true, ...(kind === 'api' ? ANSWERS[name] : {}) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    apiUrl: `${origin}/api/`,
    responseUrl: (name) => `${origin}/response/${name}`,
    answered,
    whenAnswered: (name) => new Promise((resolve) => waiting.set(name, resolve)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Source {
  /** Several: in turns. */
  readonly port: number | readonly number[];
  readonly edge: SlackEdge;
  /** What is typed; by the number of the request where it differs. */
  readonly text: string | ((number: number) => string);
}

interface Load extends Source {
  readonly perSecond: number;
  readonly seconds: number;
}

export interface LoadResult {
  /** Of the acknowledgements, counted from when the request was due, in ms. */
  readonly p50: number;
  readonly p99: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly answered: number;
}

/** Offers signed slash commands in an open loop: a slow bot does not slow the offer down. */
export async function offer({ port, edge, text, perSecond, seconds }: Load): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const latencies: number[] = [];
  const names: string[] = [];
  const sending: Promise<void>[] = [];
  const begun = performance.now();
  const commandAt = commands({ port, edge, text });
  for (let sent = 0; sent < perSecond * seconds; sent++) {
    const due = begun + (sent * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const { name, ...request } = commandAt(sent);
    names.push(name);
    sending.push(
      send({ ...request, agent }).then((ok) => {
        if (ok) latencies.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(sending);
  const deadline = performance.now() + 10_000;
  const count = () => names.filter((name) => edge.answered.has(name)).length;
  while (count() < names.length && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  agent.destroy();
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), sent: names.length, acknowledged: latencies.length, answered: count() };
}

/** Asks so many times for it, with so many at a time not answered yet. Returns how long that took, in ms. */
export async function askInTurn(source: Source & { readonly times: number; readonly atOnce: number }): Promise<number> {
  const { edge, times, atOnce } = source;
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const commandAt = commands(source);
  const begun = performance.now();
  let next = 0;
  const ask = async () => {
    for (let number = next++; number < times; number = next++) {
      const { name, ...request } = commandAt(number);
      const answered = edge.whenAnswered(name);
      if (!(await send({ ...request, agent }))) throw new Error(`request ${number} was not acknowledged`);
      await answered;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  agent.destroy();
  return performance.now() - begun;
}

let sources = 0;

/** The requests of one source, by number. */
function commands({ port, edge, text }: Source): (number: number) => { name: string; port: number; body: string } {
  const ports = [port].flat();
  const source = sources++;
  return (number) => {
    const name = `${source}-${number}`;
    const typed = typeof text === 'string' ? text : text(number);
    return { name, port: ports[number % ports.length] ?? 0, body: command(typed, edge.responseUrl(name), name) };
  };
}

function command(text: string, responseUrl: string, triggerId: string): string {
  return new URLSearchParams({
    token: 'x',
    team_id: 'T0BENCH',
    channel_id: 'C0OPS',
    channel_name: 'ops',
    user_id: 'U0OMAR',
    user_name: 'omar',
    command: '/capops',
    text,
    response_url: responseUrl,
    trigger_id: triggerId,
    api_app_id: 'A0BENCH',
  }).toString();
}

function send({ port, agent, body }: { port: number; agent: Agent; body: string }): Promise<boolean> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', SECRETS.SLACK_SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  };
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/slack/events', method: 'POST', agent, headers },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode === 200));
      },
    );
    sent.on('error', () => resolve(false));
    sent.end(body);
  });
}
