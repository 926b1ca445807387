import { nearest } from '../../domain/nearest.ts';
import { UserError } from '../../errors.ts';
import type { Actor, Ports, ScheduleEntry } from '../../ports.ts';
import * as arg from '../service/arguments.ts';

/** An entry of the schedule, by its name in capops.yml. */
export const entryName = arg.positional(
  arg.words('Name', 'the entry’s name in capops.yml; “schedule” lists them', {
    maxLength: 40,
    example: 'weekly-ends',
  }),
);

/** The entry of this name. Throws UserError, with what there is, when there is none. */
export function findEntry({ settings }: Pick<Ports, 'settings'>, name: string): ScheduleEntry {
  const entries = settings.policy?.schedule ?? [];
  const entry = entries.find((one) => one.name === name.toLowerCase());
  if (entry) return entry;
  const names = entries.map((one) => one.name);
  const meant = nearest(name, names);
  const allowed = names.length > 0 ? `The schedule has: ${names.join(', ')}.` : 'capops.yml schedules nothing so far.';
  throw new UserError({
    argument: 'name',
    message: `There is no “${name}” in the schedule. ${meant ? `Did you mean ${meant}? ` : ''}${allowed}`,
  });
}

/** Who an entry's runs are recorded as. `askedBy`: a person let it run outside its times. */
export function scheduleActor({ name }: ScheduleEntry, askedBy?: Actor): Actor {
  return {
    id: `schedule:${name}`,
    name: askedBy ? `${name} (for ${askedBy.name})` : `${name} (schedule)`,
    face: 'schedule',
    ...(askedBy ? { onBehalfOf: askedBy } : {}),
  };
}
