import type { Workspace } from './workspace.ts';

/** What a method does instead of its work, or (a delay) before it. `response_url`, `files` and `upload` count as methods. */
export type Fault = {
  /** An HTTP status, such as 500. */
  status?: number;
  /** Slack's own error word, such as `plan_upgrade_required`. */
  error?: string;
  delayMs?: number;
  /** Seconds: answers 429 with Retry-After. */
  retryAfter?: number;
  /** Slack is down: the connection breaks without an answer. */
  down?: boolean;
};

export type PlannedFault = { fault: Fault; left: number };

/** Lets the method's next calls go wrong; `*` stands for every method, Infinity for until it is healed. */
export function failNext(workspace: Workspace, method: string, fault: Fault, times = 1): void {
  const planned = workspace.faults.get(method) ?? [];
  workspace.faults.set(method, [...planned, { fault, left: times }]);
}

/** Takes the fault that this call meets, if any. */
export function takeFault(workspace: Workspace, method: string): Fault | undefined {
  for (const key of [method, '*']) {
    const planned = workspace.faults.get(key)?.find((one) => one.left > 0);
    if (!planned) continue;
    planned.left -= 1;
    return planned.fault;
  }
  return undefined;
}

/** Holds back the acknowledgements of the next deliveries of a kind (`*`: any): to Slack the app is too late. */
export function holdAcks(workspace: Workspace, kind = '*', times = 1): void {
  workspace.holds.set(kind, (workspace.holds.get(kind) ?? 0) + times);
}

/** Whether this delivery's acknowledgement is held back. */
export function takeHold(workspace: Workspace, kind: string): boolean {
  for (const key of [kind, '*']) {
    const left = workspace.holds.get(key) ?? 0;
    if (left > 0) workspace.holds.set(key, left - 1);
    if (left > 0) return true;
  }
  return false;
}

/** Takes back every fault that has not happened yet. */
export function heal(workspace: Workspace): void {
  workspace.faults.clear();
  workspace.holds.clear();
}
