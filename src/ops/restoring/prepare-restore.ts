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
  const { trust } = restorable;
  const isAnew = (await desk.server.find(desk.server.live)) === undefined;
  if (isAnew) refuseAnew(context, restorable, { live: desk.server.live, wish });
  const plan = await planOf(context, desk, { restorable, isAnew, identities: backups.identities });
  refuseOtherFile(restorable, plan.identity, { live: desk.server.live, wish });
  refuseAll(plan.obstacles);
  const within = isAnew ? undefined : await wayOf(context, desk, { wish, trust });
  if (isAnew) refuseAll(await desk.server.obstacles());
  return { desk, backups, restorable, plan, wish, found, within, isAnew };
}

/** Looks at it without changing anything. */
async function planOf(
  { signal, progress }: Context,
  { server, tools }: RestoreDesk,
  { restorable, isAnew, identities }: { restorable: Restorable; isAnew: boolean; identities: readonly string[] },
): Promise<RestoreWork['plan']> {
  const { url, user } = await server.ask();
  return tools.plan(url, restorable.source, {
    ...{ trust: restorable.trust, identities, signal, progress, owner: isAnew ? user : undefined },
    // What is live is not empty, and is not what it goes into.
    within: { before: '', after: '' },
  });
}

/** In the terminal alone, where nothing else of CapOps is connected or waits to be. */
function refuseAnew(
  { actor }: Context,
  { name }: Restorable,
  { live, wish }: { readonly live: string; readonly wish: RestoreWish },
): void {
  const none = `There is no database ${live} on its server.`;
  if (actor.face !== 'terminal')
    throw new UserError(`${none} In the terminal it is made anew: pnpm ops:restore … --without-safety-backup`);
  if (wish.inPlace) throw new UserError(`${none} So nothing can be restored within it: leave out --in-place.`);
  if (wish.withoutSafetyBackup) return;
  throw new UserError(
    `${none} So nothing can be backed up before. To make it anew from ${name}: “restore … --without-safety-backup”.`,
  );
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

/** An archive says itself of which database it is; a plain dump does not. */
function refuseOtherFile(
  { manifest, name }: Restorable,
  { database }: RestoreWork['plan']['identity'],
  { live, wish }: { live: string; wish: RestoreWish },
): void {
  if (manifest || database === undefined || database === live || wish.otherDatabase) return;
  throw new UserError({
    argument: 'backup',
    message: `${name} is of the database ${database}; this is ${live}. Where that is what you want, add --other-database.`,
  });
}

function refuseAll(messages: readonly string[]): void {
  if (messages.length > 0) throw refusal(messages);
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
