import { damageKey } from '../../domain/backup-name.ts';
import { type Damage, damageText } from '../../domain/damage.ts';
import type { Context } from '../service/operation.ts';
import type { Place } from './backup-desk.ts';
import { inOnePiece } from './in-one-piece.ts';

/** Says beside a copy that it is damaged; undefined: that it is not. False, and logged, where the storage does not take it. */
export async function noteDamage(
  { log, runId }: Pick<Context, 'log' | 'runId'>,
  { storage, key }: Place,
  damage: Damage | undefined,
): Promise<boolean> {
  const note = damageKey(key);
  try {
    if ((await storage.size(note)) !== undefined) {
      const { failed } = await storage.remove([note]);
      if (failed[0]) throw new Error(failed[0].reason);
    }
    if (damage) await storage.write(note, inOnePiece(damageText(damage)));
    return true;
  } catch (error) {
    log.warn(
      { err: error, runId, storage: storage.name, key },
      'what was found of a backup could not be noted beside it',
    );
    return false;
  }
}
