const SECOND_MS = 1000;
const TRIED = 100;

/** The first second, from this one on, by which all these names are free: whatever stands under one of them is somebody else's. */
export async function freeMoment(
  from: Date,
  namesAt: (at: Date) => readonly string[],
  isTaken: (name: string) => Promise<boolean>,
): Promise<Date> {
  for (let n = 0; n < TRIED; n++) {
    const at = new Date(from.getTime() + n * SECOND_MS);
    const taken = await Promise.all(namesAt(at).map(isTaken));
    if (!taken.includes(true)) return at;
  }
  throw new Error('there is no free name for a database beside the live one');
}
