import { setTimeout as sleep } from 'node:timers/promises';

/** The workspace's own time: it runs like any clock, and can be turned on. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Does it once that time is there, by itself or by turning; what comes back calls it off. */
  at(dueMs: number, act: () => unknown): () => void;
  /** Turns the clock on; what becomes due on the way is done in its order. Resolves when it is done. */
  turn(ms: number): Promise<void>;
  stop(): void;
};

type Task = { dueMs: number; act: () => unknown };

/** An app on this machine that takes longer than this, while the clock is turned, has its own time run out. */
const GRACE_MS = 500;

export function newClock(): Clock {
  const tasks = new Set<Task>();
  let turnedMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const now = () => Date.now() + turnedMs;
  const first = () => [...tasks].reduce<Task | undefined>((a, b) => (a && a.dueMs <= b.dueMs ? a : b), undefined);

  const arm = () => {
    clearTimeout(timer);
    const next = first();
    if (next) timer = setTimeout(fire, Math.max(0, next.dueMs - now())).unref();
  };
  const fire = () => {
    const next = first();
    if (next && next.dueMs <= now()) {
      tasks.delete(next);
      next.act();
    }
    arm();
  };
  const at = (dueMs: number, act: () => unknown) => {
    const task = { dueMs, act };
    tasks.add(task);
    arm();
    return () => {
      if (tasks.delete(task)) arm();
    };
  };
  const turn = async (ms: number) => {
    const end = now() + ms;
    for (let next = first(); next && next.dueMs <= end; next = first()) {
      turnedMs += Math.max(0, next.dueMs - now());
      tasks.delete(next);
      await Promise.race([next.act(), sleep(GRACE_MS, undefined, { ref: false })]);
      // What follows from it may be due as well.
      await sleep(5);
    }
    turnedMs += Math.max(0, end - now());
    arm();
  };
  const stop = () => {
    tasks.clear();
    clearTimeout(timer);
  };
  return { now, at, turn, stop };
}
