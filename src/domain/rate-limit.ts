const WINDOW_MS = 60_000;
/** People whose last minute is remembered before the quiet ones are forgotten. */
const SWEEP_AT = 1_000;

/** Counts what each person asks for within a minute. */
export interface RateLimit {
  /** Seconds to wait, rounded up, when this is one request too many; else undefined, and it counts. */
  take(person: string, now: Date): number | undefined;
}

/** At most so many requests in any 60 s, for each person by themselves. */
export function openRateLimit(perMinute: number): RateLimit {
  const taken = new Map<string, number[]>();
  const sweep = (since: number) => {
    for (const [person, times] of taken) if ((times.at(-1) ?? 0) <= since) taken.delete(person);
  };
  return {
    take: (person, now) => {
      const since = now.getTime() - WINDOW_MS;
      if (taken.size > SWEEP_AT) sweep(since);
      const recent = (taken.get(person) ?? []).filter((time) => time > since && time <= now.getTime());
      taken.set(person, recent);
      if (recent.length >= perMinute) return Math.ceil(((recent[0] ?? 0) - since) / 1000);
      recent.push(now.getTime());
      return undefined;
    },
  };
}
