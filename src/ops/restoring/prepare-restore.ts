import { showTime } from '../../domain/end-date.ts';
import { UserError } from '../../errors.ts';
import { findSchemas } from '../../models/schemas-aside.ts';
import type { RestoreDesk } from '../../ports.ts';
import { openBackupDesk } from '../backups/backup-desk.ts';
import type { Context } from '../service/operation.ts';
import { findRestorable, type Restorable } from './restorable.ts';
import { openRestoreDesk } from './restore-desk.ts';
import type { RestoreWish, RestoreWork } from './restore-wish.ts';
import { settleFirst } from './settle-first.ts';

/** Finds what is to be restored, and sees that nothing stands against it. Throws UserError where something does; nothing was changed. */
export async function prepareRestore(context: Context, asked: string, wish: RestoreWish): Promise<RestoreWork> {
  const [desk, backups] = await Promise.all([openRestoreDesk(context), openBackupDesk(context)]);
  const found = await settleFirst(context);
  const restorable = await findRestorable(context, backups, asked);
  refuseForeign(restorable, wish);
  refuseOther(context, restorable, { live: desk.server.live, wish });
  const { trust, source } = restorable;
  const { identities } = backups;
  const plan = await desk.tools.plan(desk.server.addressOf(desk.server.live), source, {
    ...{ trust, identities, signal: context.signal, progress: context.progress },
    // What is live is not empty, and is not what it goes into.
    within: { before: '', after: '' },
  });
  if (plan.obstacles.length > 0) throw refusal(plan.obstacles);
  return { desk, backups, restorable, plan, wish, found, within: await wayOf(context, desk, { wish, trust }) };
}

/** Whether another database can take the live one's place, or the restore has to be made within it. */
async function wayOf(
  { databases: { platform } }: Context,
  { server }: RestoreDesk,
  { wish, trust }: { wish: RestoreWish; trust: Restorable['trust'] },
): Promise<RestoreWork['within']> {
  const against = wish.inPlace ? ['You asked for it.'] : await server.obstacles();
  if (against.length === 0) return undefined;
  if (trust === 'foreign') {
    const message =
      'A file that CapOps did not make is only restored into a database of its own, where it can do no harm.';
    throw refusal([...(wish.inPlace ? [] : against), message]);
  }
  const { schemas, extensions, obstacles } = await findSchemas(platform);
  if (obstacles.length > 0) throw refusal([...(wish.inPlace ? [] : against), ...obstacles]);
  // It is made where it is not there, so that something always stands aside and tells how it went.
  return { schemas: [...new Set(['public', ...schemas])], extensions, because: against };
}

function refusal(messages: readonly string[]): UserError {
  return new UserError(messages.map((message) => ({ message })));
}

function refuseForeign({ trust, name }: Restorable, { acceptForeign }: RestoreWish): void {
  if (trust === 'ours' || acceptForeign) return;
  throw new UserError({
    argument: 'backup',
    message: `${name} is not one of CapOps’ own backups: no backup in the catalogue has this content. Whatever is in it would run as a program. Where you know where it is from, add --accept-foreign: it is searched for what no dump needs, and restored with no rights but its own database’s.`,
  });
}

/** What was dumped elsewhere would replace this one with something else. */
function refuseOther(
  { settings: { environment, timeZone } }: Context,
  { manifest, name }: Restorable,
  { live, wish }: { live: string; wish: RestoreWish },
): void {
  if (!manifest) return;
  const { database, environment: its, takenAt } = manifest;
  if (database.role !== 'platform') {
    throw new UserError({
      argument: 'backup',
      message: `${name} is of CapOps’ own record (${database.name}), not of the platform. docs/disaster.md says how that one is restored.`,
    });
  }
  if (wish.otherDatabase || (database.name === live && its === environment)) return;
  throw new UserError({
    argument: 'backup',
    message: `${name} is of ${database.name} in ${its}, taken on ${showTime(takenAt, timeZone)}; this is ${live} in ${environment}. Where that is what you want, add --other-database.`,
  });
}
