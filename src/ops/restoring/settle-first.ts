import type { Context } from '../service/operation.ts';
import { reconcile } from '../upkeep/reconcile.ts';
import { tendDrills } from './tend-drills.ts';
import { tendRestores } from './tend-restores.ts';

/**
 * At the terminal nobody else may be there to look after restores that were cut off: they are settled before anything is begun
 * on top of them. Returns what was found, in sentences. What cannot be settled now stops nothing; it is tried again.
 */
export async function settleFirst(context: Context): Promise<string[]> {
  if (context.actor.face !== 'terminal') return [];
  const found: string[] = [];
  const tell = async ({ title }: { readonly title: string }) => void found.push(title);
  // None stands against the next.
  const works = [() => reconcile(context), () => tendRestores({ ports: context, tell }), () => tendDrills(context)];
  for (const work of works) {
    await work().catch((error: unknown) =>
      context.log.warn({ err: error, runId: context.runId }, 'what earlier restores left could not be looked after'),
    );
  }
  return found;
}
