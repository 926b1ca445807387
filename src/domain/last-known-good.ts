/** A proven backup is taken before a newer one that is not, if it is hardly older. */
const HARDLY_MS = 24 * 3_600_000;

/** The backup to go back to, out of good ones, the newest first: the newest, or one that was proven by a drill and is at most a day older. */
export function lastKnownGood<B extends { readonly takenAt: Date; readonly provenAt: Date | null }>(
  backups: readonly B[],
): B | undefined {
  const [newest] = backups;
  if (!newest) return undefined;
  const proven = backups.find(({ provenAt }) => provenAt !== null);
  return proven && newest.takenAt.getTime() - proven.takenAt.getTime() <= HARDLY_MS ? proven : newest;
}
