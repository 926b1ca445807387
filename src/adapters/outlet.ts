import type { Log } from '../ports.ts';

const TIMEOUT_MS = 5_000;

/** An address that CapOps only tells something: what it answers is not read, and where it redirects is not followed. */
export interface Outlet {
  /** Whether it was taken. Never rejects. A failure is logged once, and so is its end. */
  send(init: RequestInit): Promise<boolean>;
  /** Gives up what is under way. */
  close(): void;
}

interface OutletOptions {
  /** A secret: it stands in no log and no error. */
  readonly url: string;
  /** What it is, for the log: `the heartbeat`. */
  readonly name: string;
  readonly log: Log;
}

export function openOutlet({ url, name, log }: OutletOptions): Outlet {
  const closed = new AbortController();
  let works = true;
  return {
    send: async (init) => {
      const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const reason = await attempt(url, { ...init, redirect: 'manual', signal });
      if (closed.signal.aborted) return reason === undefined;
      if (works && reason !== undefined) log.warn({ reason }, `${name} does not get through`);
      if (!works && reason === undefined) log.info({}, `${name} gets through again`);
      works = reason === undefined;
      return works;
    },
    close: () => closed.abort(),
  };
}

/** Undefined when it was taken, or else why not, without the address: fetch's own messages may hold it. */
async function attempt(url: string, init: RequestInit): Promise<string | undefined> {
  try {
    const response = await fetch(url, init);
    await response.body?.cancel();
    return response.ok ? undefined : `it answered with ${response.status}`;
  } catch (error) {
    const { name, cause } = error as Error;
    const code = (cause as { code?: unknown } | undefined)?.code;
    return typeof code === 'string' && /^\w+$/.test(code) ? code : name;
  }
}
