import type { Workspace } from './workspace.ts';

/** What a Web API method does instead of its work, or (a delay) before it. */
export type Fault = {
  /** An HTTP status, such as 500. */
  status?: number;
  /** Slack's own error word, such as `plan_upgrade_required`. */
  error?: string;
  delayMs?: number;
  /** Seconds: answers 429 with Retry-After. */
  retryAfter?: number;
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
