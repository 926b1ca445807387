import { json } from '../setup/http-service.ts';
import { type OutageGround, slackAnswers } from './ground.ts';

/** What is out. */
export type Thing = 'postgres' | 'platform' | 'ledger' | 'docker' | 'redis' | 'slack';

export interface Outage {
  readonly thing: Thing;
  begin(ground: OutageGround): unknown;
  end(ground: OutageGround): unknown;
}

const proxies = ({ before }: OutageGround, thing: Exclude<Thing, 'slack'>) =>
  thing === 'postgres' ? [before.platform, before.ledger] : [before[thing]];

const stopped = (thing: Exclude<Thing, 'slack'>): Outage => ({
  thing,
  begin: (ground) => Promise.all(proxies(ground, thing).map((proxy) => proxy.refuse())),
  end: (ground) => Promise.all(proxies(ground, thing).map((proxy) => proxy.pass())),
});

/** Connections stay and come about, and nobody says anything. */
const silent = (thing: Exclude<Thing, 'slack'>): Outage => ({
  thing,
  begin: (ground) => proxies(ground, thing).map((proxy) => proxy.hang()),
  end: (ground) =>
    Promise.all(
      proxies(ground, thing).map(async (proxy) => {
        await proxy.pass();
        proxy.cut();
      }),
    ),
});

const slackIs = (answer: OutageGround['slack']['answer']): Outage => ({
  thing: 'slack',
  begin: ({ slack, turn }) => {
    // Nothing is remembered of what it said before.
    turn(61_000);
    slack.answer = answer;
  },
  end: ({ slack }) => {
    slack.answer = slackAnswers;
  },
});

/** The columns of the table. */
export const OUTAGES = {
  'PostgreSQL stopped': stopped('postgres'),
  'PostgreSQL silent': silent('postgres'),
  'platform stopped': stopped('platform'),
  'platform silent': silent('platform'),
  'ledger stopped': stopped('ledger'),
  'ledger silent': silent('ledger'),
  'Docker stopped': stopped('docker'),
  'Docker silent': silent('docker'),
  'Redis stopped': stopped('redis'),
  'Redis silent': silent('redis'),
  'Slack says 500': slackIs(json({ ok: false }, 500)),
  'Slack says 429': slackIs((_, response) => response.writeHead(429, { 'retry-after': '30' }).end()),
  'Slack silent': slackIs(() => undefined),
} as const satisfies Record<string, Outage>;

export type OutageName = keyof typeof OUTAGES;
