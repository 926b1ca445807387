import type { AccessWatch } from '../../src/ops/expiring/access-watch.ts';
import { tendAccess } from '../../src/ops/expiring/tend-access.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import type { Operation } from '../../src/ops/service/operation.ts';
import type { Report } from '../../src/ops/service/report.ts';
import { createService } from '../../src/ops/service/service.ts';
import type { AccessCache, Policy, Ports } from '../../src/ports.ts';
import { type Desk, openDesk, POLICY } from './desk.ts';

/** A message in Slack as it stands. */
export interface Post {
  readonly channel: string;
  readonly ts: string;
  /** Of the message in whose thread it is. */
  readonly under?: string;
  readonly operation: string;
  report: Report;
}

/** A desk whose capops.yml has a section `access`, and any number of replicas that look after access. */
export interface AccessGround {
  readonly desk: Desk;
  /** What stands in Slack, in the order in which it was posted. */
  readonly posts: Post[];
  /** What the gateway's cache was told to forget. */
  readonly forgotten: { organisationId: string; moduleKeys: readonly string[] }[];
  /** Called before each post; throw to make Slack refuse it. */
  beforePost: () => void | Promise<void>;
  /** Another process of CapOps over the same databases. */
  replica(): AccessWatch;
  /** One look of one replica. */
  look(): Promise<void>;
  /** Access of an organisation, written as the platform does. `until` as its column has it, in UTC; null: no end. */
  access(code: string, module: string, until: string | null, status?: string): Promise<void>;
  status(code: string, module: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export async function openAccessGround({ timeZone = 'Europe/London' } = {}): Promise<AccessGround> {
  const policy: Policy = { ...POLICY, byItself: ['expire-access'] };
  const access = { remindDaysBefore: [30, 7, 1], channel: 'C0OPS' };
  const forgotten: AccessGround['forgotten'] = [];
  const cache: AccessCache = {
    forget: async (changed) => void forgotten.push(...changed),
    forgetAll: async () => undefined,
    close: async () => undefined,
  };
  const desk = await openDesk({ settings: { policy, timeZone, access }, cache });
  const quiet = () => undefined;
  const complain = (fields: object, message: string) => void desk.complaints.push({ fields, message });
  const ports: Ports = {
    databases: desk.databases,
    cache,
    directory: undefined,
    clock: { now: () => desk.now },
    log: { debug: quiet, info: quiet, warn: complain, error: complain },
    settings: { environment: 'test', timeZone, policy, access },
  };
  const ground: AccessGround = {
    desk,
    posts: [],
    forgotten,
    beforePost: quiet,
    replica: () => ({ ports, service: createService(ports, OPERATIONS), announcer: announcerOf(ground) }),
    look: async () => {
      const watch = ground.replica();
      await tendAccess(watch);
      await watch.service.settled();
    },
    access: async (code, module, until, status = 'active') => {
      const ids = await desk.platform(`SELECT id FROM public.organizations WHERE code = '${code}'`);
      if (ids.length === 0) await desk.airports(code);
      const end = until === null ? 'NULL' : `'${until}'`;
      await desk.platform(
        `INSERT INTO entitlement.entitlements (id, organization_id, module_key, status, valid_until, updated_at)
         VALUES ('${code}-${module}', 'id-${code}', '${module}', '${status}', ${end}, now())
         ON CONFLICT (organization_id, module_key) DO UPDATE SET status = excluded.status, valid_until = excluded.valid_until`,
      );
    },
    status: async (code, module) => {
      const rows = await desk.platform(`SELECT status FROM entitlement.entitlements WHERE id = '${code}-${module}'`);
      return rows[0]?.status as string | undefined;
    },
    close: () => desk.close(),
  };
  return ground;
}

function announcerOf(ground: AccessGround): AccessWatch['announcer'] {
  const post = async (place: Pick<Post, 'channel' | 'under'>, operation: Operation, report: Report) => {
    await ground.beforePost();
    const ts = String(ground.posts.length + 1);
    ground.posts.push({ ...place, ts, operation: operation.name, report });
    return { channel: place.channel, ts };
  };
  return {
    post: (channel, { operation }, report) => post({ channel }, operation, report),
    reply: ({ channel, ts }, { operation }, report) => post({ channel, under: ts }, operation, report),
    amend: async ({ ts }, _, report) => {
      const one = ground.posts.find((posted) => posted.ts === ts);
      if (!one) throw new Error('message_not_found');
      one.report = report;
    },
  };
}
