/** What goes round until it is ended. */
export interface Rounds {
  /** Begins no new round, and resolves when the present one is done. */
  end(): Promise<void>;
}

interface RoundsOptions {
  /** Must not reject. */
  readonly work: () => Promise<void>;
  /** From the start to the first round, and from the end of each to the next; asked anew each time. */
  readonly pauseMs: () => number;
}

export function beginRounds({ work, pauseMs }: RoundsOptions): Rounds {
  let present = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  const wait = () => {
    if (!isEnded) timer = setTimeout(go, pauseMs());
  };
  const go = () => {
    present = work().then(wait);
  };
  wait();
  return {
    end: async () => {
      isEnded = true;
      clearTimeout(timer);
      await present;
    },
  };
}
