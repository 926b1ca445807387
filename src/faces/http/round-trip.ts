import type { Clock } from '../../ports.ts';

const FRESH_MS = 5 * 60_000;

/** Calls one of Slack's methods and rejects when it fails; web-api's client has this shape. It has to give up by itself. */
export interface SlackMethods {
  apiCall(method: string): Promise<unknown>;
}

/** The proof that Slack takes CapOps' token and answers. */
export interface RoundTrip {
  /** Asks Slack where the last answer is older than five minutes, or was none. Never rejects. */
  check(): Promise<void>;
  works(): boolean;
}

export function openRoundTrip(slack: SlackMethods, clock: Clock): RoundTrip {
  let answeredMs: number | undefined;
  return {
    check: async () => {
      const nowMs = clock.now().getTime();
      if (answeredMs !== undefined && nowMs - answeredMs < FRESH_MS) return;
      answeredMs = await slack.apiCall('auth.test').then(
        () => nowMs,
        () => undefined,
      );
    },
    works: () => answeredMs !== undefined,
  };
}
