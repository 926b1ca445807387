import { deliver, type Oddity, type Payload } from '../slack/deliver.ts';
import { type Fault, failNext, heal, holdAcks } from '../slack/faults.ts';
import { type GroupEdit, setGroup } from '../slack/groups.ts';
import { refreshSocket } from '../slack/sockets.ts';
import type { Call, Delivery } from '../slack/state.ts';
import { type Traffic, trafficSince } from '../slack/traffic.ts';
import type { Workspace } from '../slack/workspace.ts';
import { type Kept, keptLimits } from './kept-limits.ts';

export type Testing = ReturnType<typeof testing>;

/** What tests do to Slack, and what they see of it; the control port does the same from elsewhere. */
export function testing(workspace: Workspace) {
  return {
    /** Every request to the app so far, oldest first (the last 3,000). */
    deliveries: (kind?: string): Delivery[] => workspace.state.deliveries.filter((one) => !kind || one.kind === kind),
    /** Every call of the app so far, oldest first (the last 3,000); `response_url` is one of the methods. */
    calls: (method?: string): Call[] => workspace.state.calls.filter((one) => !method || one.method === method),
    /** Both, as one list of what is new or has changed since a version of the state. */
    traffic: (since = 0): Traffic[] => trafficSince(workspace, since),
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
