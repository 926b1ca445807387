import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../src/adapters/journal.ts';
import { tendApprovals } from '../../src/ops/approving/approval-board.ts';
import { tendEmergencies } from '../../src/ops/emergencies/tend-emergencies.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import type { Announcer } from '../../src/ops/service/announcer.ts';
import type { Report } from '../../src/ops/service/report.ts';
import { createService, type OpsService, type Outcome, type Request } from '../../src/ops/service/service.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';
import type { Actor, Policy, Ports, Settings } from '../../src/ports.ts';
import { addressOf } from '../setup/database.ts';
import { type TcpProxy, tcpProxy } from '../setup/tcp-proxy.ts';
import { type Desk, openDesk, POLICY, slackActor } from './desk.ts';

export const EVE = slackActor('U0EVE', 'Eve');
export const OMAR_IN_TERMINAL: Actor = { id: 'cli:omar@desk', name: 'omar', face: 'terminal', osUser: 'omar' };

/** A message in Slack as it stands. */
export interface Post {
  readonly place: string;
  readonly ts: string;
  readonly to: readonly string[];
  report: Report;
}

/** One process of CapOps. */
export interface Replica {
  readonly ports: Ports;
  readonly service: OpsService;
  /** Types a command as a face does it: stored first, then run. */
  types(actor: Actor, text: string, more?: Partial<Request>): Promise<Outcome>;
  /** One look at what waits for a second person. */
  tendApprovals(): Promise<void>;
  /** One look at emergency access; `channel` hears of it. */
  tend(channel?: string | null): Promise<void>;
}

/** A desk whose databases can be down, and any number of replicas over them. */
export interface EmergencyGround {
  readonly desk: Desk;
  readonly ledger: TcpProxy;
  readonly platform: TcpProxy;
  readonly posts: Post[];
  /** Called before each post; throw to make Slack refuse it. */
  beforePost: (place: string) => void;
  policy: Policy;
  /** How far the clock of CapOps is ahead of the databases’. */
  aheadMs: number;
  replica(more?: Partial<Ports>): Replica;
  journalled(): Promise<string[]>;
  /** Empties both databases of emergencies, and Slack. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

const BY_ADA_OR_EVE: Policy = {
  ...POLICY,
  roles: { ...POLICY.roles, viewer: { users: ['U0VERA', 'U0EVE'], groups: [] } },
  osUsers: { omar: { role: 'operator', slack: 'U0OMAR' } },
  approvals: {
    'emergency-access': {
      from: [{ users: ['U0ADA', 'U0EVE'], groups: [], count: 1 }],
      waitMs: 4 * 3_600_000,
      nudge: undefined,
      channel: undefined,
    },
  },
};

export async function openEmergencyGround(): Promise<EmergencyGround> {
  const port = Number(new URL(addressOf('postgres')).port);
  const [ledger, platform, folder] = await Promise.all([
    tcpProxy(port),
    tcpProxy(port),
    mkdtemp(join(tmpdir(), 'capops-emergency-')),
  ]);
  const proxies = { ledger, platform };
  const desk = await openDesk({ through: (url, database) => proxies[database].through(url) });
  const quiet = () => undefined;
  const complain = (fields: object, message: string) => void desk.complaints.push({ fields, message });
  const clock = { now: () => new Date(Date.now() + ground.aheadMs) };
  const settings: Settings = {
    environment: 'test',
    timeZone: 'UTC',
    emergency: { waitMs: 600_000 },
    get policy() {
      return ground.policy;
    },
  };
  const ground: EmergencyGround = {
    desk,
    ledger,
    platform,
    posts: [],
    beforePost: quiet,
    policy: BY_ADA_OR_EVE,
    aheadMs: 0,
    replica: (more = {}) => {
      const ports: Ports = {
        databases: desk.databases,
        cache: undefined,
        directory: undefined,
        clock,
        log: { debug: quiet, info: quiet, warn: complain, error: complain },
        settings,
        journal: openJournal({ folder, clock: { now: () => new Date() } }),
        ...more,
      };
      const service = createService(ports, OPERATIONS);
      const announcer = announcerOf(ground);
      const channel = 'C0OPS';
      return {
        ports,
        service,
        types: async (actor, text, more = {}) => {
          const [verb = '', ...words] = splitWords(text);
          const operation = service.find(verb);
          if (!operation) throw new Error(`no operation ${verb}`);
          const request = { operation, actor, raw: readWords(operation, words), ...more };
          if (actor.face === 'terminal') return service.execute(request);
          return service.execute({ ...request, receipt: await service.receive(request) });
        },
        tendApprovals: () => tendApprovals({ ports, service, announcer, channel }),
        tend: (told = channel) => tendEmergencies({ ports, teller: { announcer, channel: told ?? undefined } }),
      };
    },
    journalled: () => readdir(folder),
    forget: async () => {
      await desk.service.settled();
      await desk.platform(
        `TRUNCATE entitlement.entitlements, entitlement.entitlement_audits; DELETE FROM public.organizations`,
      );
      await desk.ledger(
        `TRUNCATE runs CASCADE; TRUNCATE emergencies, emergency_grants, leases, freezes;
         UPDATE emergency_watch SET seen_until = NULL`,
      );
      ground.posts.length = 0;
      ground.beforePost = quiet;
      ground.policy = BY_ADA_OR_EVE;
      desk.complaints.length = 0;
      ground.aheadMs = 0;
    },
    close: async () => {
      await desk.close();
      await Promise.all([ledger.close(), platform.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return ground;
}

function announcerOf(ground: EmergencyGround): Announcer {
  const post = async (place: string, report: Report, to: readonly string[] = []) => {
    ground.beforePost(place);
    const ts = String(ground.posts.length + 1);
    ground.posts.push({ place, ts, to, report });
    return { channel: place, ts };
  };
  return {
    post: (place, _, report, to) => post(place, report, to),
    reply: ({ channel }, _, report) => post(channel, report),
    amend: async ({ ts }, _, report) => {
      ground.beforePost('amend');
      const one = ground.posts.find((posted) => posted.ts === ts);
      if (one) one.report = report;
    },
  };
}
