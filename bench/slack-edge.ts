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
  close(): void;
}

const ANSWERS: Readonly<Record<string, object>> = {
  'auth.test': { team_id: 'T0BENCH', user_id: 'U0BOT', bot_id: 'B0BOT' },
  'users.info': { user: { id: 'U0OMAR', name: 'omar', real_name: 'Omar', profile: {} } },
};

export async function openSlackEdge(): Promise<SlackEdge> {
  const answered = new Set<string>();
  const server = createServer((incoming, response) => {
    const [, kind, name = ''] = (incoming.url ?? '').split('/');
    incoming.resume().on('end', () => {
      if (kind === 'response') answered.add(name);
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
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Load {
  readonly port: number;
  readonly edge: SlackEdge;
  readonly text: string;
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
  for (let sent = 0; sent < perSecond * seconds; sent++) {
    const due = begun + (sent * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const name = `${port}-${begun.toFixed(0)}-${sent}`;
    names.push(name);
    sending.push(
      send({ port, agent, body: command(text, edge.responseUrl(name), name) }).then((ok) => {
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
