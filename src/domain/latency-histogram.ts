/** The ledger's `latency_bucket`: bucket 1 goes to 1 ms, each further one 1.1 times as far as the one before. */
const GROWTH = 1.1;

/** How many checks answered within each bucket. */
export type LatencyCounts = ReadonlyMap<number, number>;

/** What a bucket stands for, in ms: at most 5 % off whatever fell into it. */
export function latencyOf(bucket: number): number {
  return bucket <= 1 ? 1 : GROWTH ** (bucket - 1.5);
}

/** The latency, in ms, that this share (0 to 1) of the answers did not exceed; undefined where nothing answered. */
export function quantile(counts: LatencyCounts, share: number): number | undefined {
  const buckets = [...counts].filter(([, count]) => count > 0).toSorted(([one], [other]) => one - other);
  const all = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil(share * all));
  for (const [bucket, count] of buckets) {
    left -= count;
    if (left <= 0) return latencyOf(bucket);
  }
  return undefined;
}
