/** Repeats work as there is news, but not too often, and one at a time. */
export interface Pace {
  /** Does it now, the first time; not once it was stopped. */
  begin(): void;
  /** There is something new; it is seen to as soon as it may be. */
  news(): void;
  /** Does it no more; resolves once it is not being done. */
  stop(): Promise<void>;
}

interface Terms {
  /** Never rejects. However long it takes, the next time comes `everyMs` after it at the earliest. */
  readonly work: () => Promise<void>;
  readonly everyMs: number;
  /** Without news it is done this often. */
  readonly quietMs: number;
}

export function openPace({ work, everyMs, quietMs }: Terms): Pace {
  let working: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isNew = false;
  let hasEnded = false;
  let nextMs = Number.POSITIVE_INFINITY;

  const later = (ms: number): void => {
    clearTimeout(timer);
    if (!hasEnded) timer = setTimeout(once, ms).unref();
  };
  const once = (): void => {
    isNew = false;
    working = work().finally(() => {
      working = undefined;
      nextMs = performance.now() + everyMs;
      later(isNew ? everyMs : quietMs);
    });
  };
  const hasBegun = () => working !== undefined || nextMs !== Number.POSITIVE_INFINITY;

  return {
    begin: () => {
      if (!hasBegun() && !hasEnded) once();
    },
    news: () => {
      if (!isNew && !working && hasBegun()) later(Math.max(0, nextMs - performance.now()));
      isNew = true;
    },
    stop: async () => {
      hasEnded = true;
      clearTimeout(timer);
      await working;
    },
  };
}
