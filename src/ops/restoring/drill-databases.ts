import { besideName } from '../../domain/beside-name.ts';
import type { RestoreDesk } from '../../ports.ts';
import { freeMoment } from './free-moment.ts';

/** What a drill makes: the restored one, one that stands for what is live, and that one's name while it is switched out. */
export interface DrillNames {
  readonly scratch: string;
  readonly standIn: string;
  readonly former: string;
}

/** Names that nothing on the server of drills has. */
export async function drillNames({ drills }: Pick<RestoreDesk, 'drills'>, from: Date): Promise<DrillNames> {
  const namesAt = (at: Date): DrillNames => ({
    scratch: besideName(drills.live, 'drill', at),
    standIn: besideName(drills.live, 'drill', at, '_live'),
    former: besideName(drills.live, 'drill', at, '_was'),
  });
  const isTaken = async (name: string) => (await drills.find(name)) !== undefined;
  return namesAt(await freeMoment(from, (at) => namesOf(namesAt(at)), isTaken));
}

export function namesOf({ scratch, standIn, former }: DrillNames): string[] {
  return [scratch, standIn, former];
}

/** Puts what was restored in the place of a stand-in, as on the bad day, and takes it back. In milliseconds: how long nobody could use it. */
export async function switchAndBack(
  desk: RestoreDesk,
  { scratch, standIn, former }: DrillNames,
): Promise<{ readonly there: number; readonly back: number }> {
  const { drills } = desk;
  await drills.create(standIn);
  await drills.dress(scratch);
  const stage = desk.serverAt(drills.addressOf(standIn));
  const there = await stage.swap({ incoming: scratch, outgoing: former });
  const back = await stage.swap({ incoming: former, outgoing: scratch });
  return { there: there.unavailableMs, back: back.unavailableMs };
}

/** Removes them all. Idempotent. */
export async function dropDrill({ drills }: RestoreDesk, names: readonly string[]): Promise<void> {
  for (const name of names) await drills.drop(name);
}
