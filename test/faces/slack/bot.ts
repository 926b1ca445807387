import { openSlackDirectory } from '../../../src/adapters/slack-directory.ts';
import { openSlackWeb } from '../../../src/adapters/slack-web.ts';
import { createSlackFace, type SlackFace } from '../../../src/faces/slack/index.ts';
import type { ReceiverConfig } from '../../../src/faces/slack/receiver.ts';
import { Start } from '../../../src/models/start.ts';
import { OPERATIONS } from '../../../src/ops/index.ts';
import type { Operation } from '../../../src/ops/service/operation.ts';
import { createService, type OpsService } from '../../../src/ops/service/service.ts';
import type { ComposeSettings, Policy, Ports, Settings } from '../../../src/ports.ts';
import { type LocalSlack, startLocalSlack } from '../../../workbench/local-slack.ts';
import type { Message } from '../../../workbench/slack/state.ts';
import { type Desk, openDesk, POLICY } from '../../ops/desk.ts';

/** The channel in which commands are taken. */
export const OPS = 'C0OPS';

export const LOCAL_POLICY: Policy = { ...POLICY, teamId: 'T0CAPACITY' };

/** CapOps over its real receiver, a real database and the local Slack. */
export interface Bot {
  readonly slack: LocalSlack;
  readonly desk: Desk;
  readonly face: SlackFace;
  readonly service: OpsService;
  /** Errors and warnings of this face. */
  readonly complaints: { readonly fields: object; readonly message: string }[];
  /** Messages that everybody in #ops sees, since the last `forget`. */
  announcements(): Message[];
  /** Empties the local Slack of messages. */
  forget(): void;
  /** Lets Slack's directory grow old. */
  laterBy(ms: number): void;
  /** What capops.yml says; change it as somebody would between two moments. */
  policy: Policy;
  /** To the ledger this process is gone from now on: what it has not answered is taken up by another. */
  isGone(): Promise<void>;
  /** Resolves when what was begun is recorded. */
  settled(): Promise<void>;
  /** Rejects when CapOps sent anything that Slack's limits refuse. */
  close(): Promise<void>;
}

// So that nothing is slow on a machine that is busy with other tests.
const PATIENT = { timeoutMs: 20_000, slowMs: 15_000 };
const PATIENT_HEALTH = { ...PATIENT, checks: { database: PATIENT, ledger: PATIENT, redis: PATIENT } };

const RECEIVERS = {
  http: ({ signingSecret }: LocalSlack): ReceiverConfig => {
    return { kind: 'http', signingSecret, port: 0, host: '127.0.0.1' };
  },
  socket: ({ appToken }: LocalSlack): ReceiverConfig => ({ kind: 'socket', appToken }),
};

interface BotOptions {
  readonly operations?: readonly Operation[];
  readonly announcements?: string | undefined;
  /** How Slack reaches CapOps; over HTTP by default. */
  readonly receiver?: 'http' | 'socket';
  /** Rewrites the databases' addresses, to put a proxy between. */
  readonly through?: (url: string, database: 'platform' | 'ledger') => string;
  /** Another process on the same workspace and databases, which takes the requests from now on. */
  readonly after?: Bot;
  /** Where long operations wait for a worker; absent: they run at once. */
  readonly jobs?: Ports['jobs'];
  /** Where emergency operations are recorded while the ledger is down; absent: they are refused then. */
  readonly journal?: Ports['journal'];
  /** What health is looked at with, over these databases; absent: nothing. */
  readonly probes?: (desk: Desk, slack: LocalSlack) => ReturnType<NonNullable<Ports['openProbes']>>;
  /** The platform’s services and what Docker is asked with; absent: capops.yml names none. */
  readonly containers?: { readonly compose: ComposeSettings; readonly open: Ports['openContainers'] };
  /** Lets parts of the service go wrong. */
  readonly faults?: (service: OpsService) => Partial<OpsService>;
}

export async function openBot({
  operations = OPERATIONS,
  announcements = 'C0OPS',
  receiver = 'http',
  through,
  after,
  jobs,
  journal,
  probes,
  containers,
  faults = () => ({}),
}: BotOptions = {}): Promise<Bot> {
  const [slack, desk] = await Promise.all([
    after?.slack ?? startLocalSlack(),
    after?.desk ?? openDesk(through ? { through } : {}),
  ]);
  const complaints: Bot['complaints'] = [];
  const complain = (fields: object, message: string) => void complaints.push({ fields, message });
  const quiet = () => undefined;
  const web = openSlackWeb({ botToken: slack.botToken, apiUrl: slack.apiUrl });
  let aheadMs = 0;
  const clock = { now: () => new Date(desk.now.getTime() + aheadMs) };
  const bot = { policy: LOCAL_POLICY };
  const settings: Settings = {
    environment: 'staging',
    timeZone: 'Europe/London',
    health: PATIENT_HEALTH,
    compose: containers?.compose,
    get policy() {
      return bot.policy;
    },
  };
  const startId = await Start.record(desk.databases.ledger, {
    startedAt: desk.now,
    host: 'here',
    pid: 1,
    version: 'test',
    environment: 'staging',
    policySha256: null,
  });
  const ports: Ports = {
    startId,
    jobs,
    journal,
    databases: desk.databases,
    cache: undefined,
    directory: openSlackDirectory(web.quick, clock),
    clock,
    log: { debug: quiet, info: quiet, warn: complain, error: complain },
    settings,
    openProbes: probes && (() => probes(desk, slack)),
    openContainers: containers?.open,
  };
  const sound = createService(ports, operations);
  const service: OpsService = { ...sound, ...faults(sound) };
  const config = { botToken: slack.botToken, apiUrl: slack.apiUrl, receiver: RECEIVERS[receiver](slack) };
  const face = createSlackFace({ service, ports, web, config, announcements });
  const { port } = await face.start();
  if (port !== undefined) slack.connect(`http://127.0.0.1:${port}/slack/events`);
  return Object.assign(bot, {
    slack,
    desk,
    face,
    service,
    complaints,
    announcements: () =>
      [...slack.workspace.state.messages.values()].filter((one) => one.channel === OPS && !one.ephemeralFor),
    forget: () => slack.workspace.state.messages.clear(),
    laterBy: (ms: number) => {
      aheadMs += ms;
    },
    isGone: () => Start.ended(desk.databases.ledger, startId, clock.now()),
    settled: () => service.settled(),
    close: async () => {
      await face.stop().catch(() => undefined);
      await service.settled();
      if (after) return;
      await desk.close();
      await slack.close();
      const { message, view, options } = slack.keptLimits();
      process.stdout.write(`Within Slack’s limits: ${message} messages, ${view} views, ${options} lists of options\n`);
      if (message + view + options === 0) throw new Error('nothing that CapOps sent was held against Slack’s limits');
    },
  });
}
