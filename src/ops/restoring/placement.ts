import type { Restore } from '../../models/restore.ts';
import type { Ports, RestoreDesk } from '../../ports.ts';
import { byRenaming } from './by-renaming.ts';
import { bySwitching } from './by-switching.ts';

/** How what was restored takes the live one's place, and how that is taken back. What it answers is what the databases say now. */
export interface Placement {
  /** Waits for what a restore that was cut off may still have under way on the server. */
  settled(restore: Restore): Promise<void>;
  /** Whether what was restored is live. */
  isLive(restore: Restore): Promise<boolean>;
  /** Whether what was live before still stands beside. */
  isKept(restore: Restore): Promise<boolean>;
  /** Whether what was restored stands beside, because an undo that was begun has taken place. */
  isUndone(restore: Restore): Promise<boolean>;
  /** What the restored one is to be called once it is switched out again; a name that is free. */
  undoneName(restore: Restore, at: Date): Promise<string>;
  /** Puts back what was live before. Returns for how many milliseconds nobody could use the platform. */
  putBack(restore: Restore, undone: string): Promise<number>;
  /** Removes what stands beside the live one. False where just that is not there. */
  remove(restore: Restore): Promise<boolean>;
  /** Removes what was being restored and never was live. */
  discard(restore: Restore): Promise<void>;
}

/** The way of this restore. */
export function placementOf({ databases }: Pick<Ports, 'databases'>, desk: RestoreDesk, { aside }: Restore): Placement {
  return aside ? byRenaming(databases.platform) : bySwitching(desk.server);
}
