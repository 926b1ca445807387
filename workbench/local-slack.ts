import { once } from 'node:events';
import { type Actor, actAs } from './client/actor.ts';
import { type Kept, keptLimits } from './client/kept-limits.ts';
import { type Found, type Patience, until } from './client/until.ts';
import { newClock } from './slack/clock.ts';
import { deliver, type Oddity, type Payload } from './slack/deliver.ts';
import { type Fault, failNext, heal, holdAcks } from './slack/faults.ts';
import { type GroupEdit, setGroup } from './slack/groups.ts';
import { listen, type Route } from './slack/server.ts';
import { refreshSocket } from './slack/sockets.ts';
import type { Call, Delivery, State } from './slack/state.ts';
import { TEAM } from './slack/state.ts';
import { newWorkspace, type Workspace } from './slack/workspace.ts';

export type LocalSlackOptions = {
  /** Any free port by default. */
  port?: number;
  /** Whether calls that come faster than Slack allows are refused (slack/rates.ts); true by default. */
  rates?: boolean;
  /** Routes beside Slack's own, such as the page's. */
  routes?: (workspace: Workspace) => Route[];
};

export type LocalSlack = Awaited<ReturnType<typeof startLocalSlack>>;

/** Starts a workspace with Ada, Omar, Vera, Nils, a guest and somebody deactivated, in which nothing has happened yet. */
export async function startLocalSlack(options: LocalSlackOptions = {}) {
  const workspace = newWorkspace(newClock());
  workspace.hasRates = options.rates ?? true;
  const server = await listen(workspace, options.port ?? 0, options.routes?.(workspace));
  return {
    url: workspace.url,
    /** For `slackApiUrl`, with its slash at the end. */
    apiUrl: `${workspace.url}/api/`,
    botToken: workspace.botToken,
    /** For Socket Mode: while the app has connections open, it is reached through them and not over HTTP. */
    appToken: workspace.appToken,
    signingSecret: workspace.signingSecret,
    teamId: TEAM,
    workspace,

    /** Names the address at which the app takes requests, such as http://127.0.0.1:3000/slack/events. */
    connect(appUrl: string): void {
      workspace.appUrl = appUrl;
    },

    ...testing(workspace),

    /** Lets the calls in flight end (a page that listens would not: it is cut off after half a second). */
    async close(): Promise<void> {
      workspace.clock.stop();
      for (const { socket } of workspace.sockets.values()) socket.terminate();
      const closed = once(server, 'close');
      server.close();
      const patience = setTimeout(() => server.closeAllConnections(), 500);
      await closed;
      clearTimeout(patience);
    },
  };
}

function testing(workspace: Workspace) {
  return {
    /** Somebody who acts, with what is posted from now on as unread: U0ADA, U0OMAR, U0VERA, U0NILS, U0GUEST, U0GONE. */
    as(id: string): Actor {
      const person = workspace.state.people.get(id);
      if (!person) throw new Error(`Nobody in the local Slack is ${id}.`);
      return actAs(workspace, person);
    },

    /** Every request to the app so far, oldest first (the last 3,000). */
    deliveries: (kind?: string): Delivery[] => workspace.state.deliveries.filter((one) => !kind || one.kind === kind),
    /** Every call of the app so far, oldest first (the last 3,000); `response_url` is one of the methods. */
    calls: (method?: string): Call[] => workspace.state.calls.filter((one) => !method || one.method === method),
    /** Sends the app anything: kind is `command`, `event`, or an interactive type such as `block_actions`. */
    deliver: (kind: string, payload: Payload, odd?: Oddity): Promise<Delivery> =>
      deliver(workspace, kind, payload, odd),
    /** Sends the same again, byte for byte, signed afresh; `headers` may say that it is a retry. */
    redeliver: (delivery: Delivery, odd?: Oddity): Promise<Delivery> =>
      deliver(workspace, delivery.kind, delivery.payload, odd),

    /**
     * Turns the clock on: trigger ids and response URLs grow old, acknowledgements that are awaited are too late, and
     * events that failed come again. Resolves when what became due is done. Signatures bear the machine's time still.
     */
    turnClock: (ms: number): Promise<void> => workspace.clock.turn(ms),
    /** Holds back the acknowledgements of the next deliveries of a kind (`*`: any): to Slack the app is too late. */
    holdAcks: (kind?: string, times?: number): void => holdAcks(workspace, kind, times),

    /** Asks the app to renew its oldest connection in Socket Mode, and closes it. */
    refreshSocket: (): void => refreshSocket(workspace),
    /** How many connections the app has open in Socket Mode. */
    connections: (): number => workspace.sockets.size,

    /** Waits until the check gives something, asked again after every change. See client/until.ts. */
    until: <T>(check: (state: State) => T, patience?: Patience): Promise<Found<T>> =>
      until(workspace, () => check(workspace.state), patience),
    /** How much of what the app sent was held against Slack's limits; throws where one of them refused it. */
    keptLimits: (): Kept => keptLimits(workspace),
    /** Lets the method's next calls go wrong, `*` for every method. */
    failNext: (method: string, fault: Fault, times?: number): void => failNext(workspace, method, fault, times),
    /** Takes back every fault that has not happened yet. */
    heal: (): void => heal(workspace),
    /** Who is in a user group (S0OPS is there, empty); the app is told unless `silently`. */
    setGroup: (id: string, people: string[], how?: { silently?: boolean }): Promise<Delivery | undefined> =>
      setGroup(workspace, { id, people, ...how }),
    /** Changes a group's handle or name, or disables it; `setGroup` with everything that may change. */
    editGroup: (edit: GroupEdit): Promise<Delivery | undefined> => setGroup(workspace, edit),
  };
}
