import { type DatabaseFacts, readOr, totalBytes } from '../../domain/database-facts.ts';
import { dayBefore, type Growth, growthOf, type NotedSizes } from '../../domain/database-growth.ts';
import { isoDate } from '../../domain/end-date.ts';
import { nameOf, readSizes } from '../../models/database-facts.ts';
import { areSizesNoted, forgetSizes, noteSizes, sizesByDay, tableSizesOf } from '../../models/database-size.ts';
import type { Ports } from '../../ports.ts';
import { type Chores, openChores } from '../upkeep/chores.ts';

const LOOK_EVERY_MS = 3_600_000;
const KEPT_MS = 400 * 86_400_000;
/** Smaller ones are not followed: a day takes a few kilobytes, however many partitions there are. */
const MOST_TABLES = 500;

/** Notes the sizes of the platform’s database once a day, from now on; any replica may. */
export function startSizeUpkeep(ports: Ports): Pick<Chores, 'stop'> {
  const chores = openChores(ports.log);
  const complaint = 'the sizes of the platform’s database could not be noted';
  chores.add(complaint, () => noteToday(ports), { everyMs: LOOK_EVERY_MS });
  return chores;
}

/** Does nothing where today’s are noted, or cannot be read. Rejects when a database does not answer. */
export async function noteToday({ databases: { platform, ledger }, clock, settings }: Ports): Promise<void> {
  const now = clock.now();
  const day = isoDate(now, settings.timeZone);
  const database = await nameOf(platform);
  if (await areSizesNoted(ledger, { database, day })) return;
  const sizes = sizesOf(await readSizes(platform), day);
  if (!sizes || !(await noteSizes(ledger, { ...sizes, database }, now))) return;
  await forgetSizes(ledger, isoDate(new Date(now.getTime() - KEPT_MS), settings.timeZone));
}

/** How the database has grown. Undefined: its sizes cannot be read, or none were noted before. */
export async function growthSince(
  { databases: { ledger }, settings }: Ports,
  facts: Pick<DatabaseFacts, 'overview' | 'tables'>,
  now: Date,
): Promise<Growth | undefined> {
  const sizes = sizesOf(facts, isoDate(now, settings.timeZone));
  const database = readOr(facts.overview, undefined)?.database;
  if (!sizes || database === undefined) return undefined;
  const days = await sizesByDay(ledger, database, isoDate(new Date(now.getTime() - KEPT_MS), settings.timeZone));
  const then = days.find(({ day }) => day === dayBefore(days, sizes.day));
  if (!then) return undefined;
  return growthOf(sizes, { ...then, tables: await tableSizesOf(ledger, { database, day: then.day }) }, days);
}

function sizesOf(
  { overview, tables }: Pick<DatabaseFacts, 'overview' | 'tables'>,
  day: string,
): NotedSizes | undefined {
  const whole = readOr(overview, undefined);
  const each = readOr(tables, undefined);
  if (!whole || !each) return undefined;
  const largest = each.slice(0, MOST_TABLES).map((table) => ({ name: table.name, bytes: totalBytes(table) }));
  return { day, bytes: whole.bytes, tables: largest };
}
