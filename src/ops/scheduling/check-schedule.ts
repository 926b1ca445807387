import { nearest } from '../../domain/nearest.ts';
import { StartError, UserError } from '../../errors.ts';
import type { Ports, ScheduleEntry } from '../../ports.ts';
import { validate } from '../service/input.ts';
import type { Operation } from '../service/operation.ts';
import { scheduleActor } from './schedule-entry.ts';

/** Throws StartError, with every fault, unless each entry names an operation that can run by itself on its input. */
export function checkSchedule(
  { settings, clock }: Pick<Ports, 'settings' | 'clock'>,
  operations: readonly Operation[],
): void {
  const moment = { now: clock.now(), timeZone: settings.timeZone };
  const faults = (settings.policy?.schedule ?? []).flatMap((entry) =>
    faultsOf(entry, operations, moment).map((fault) => `- schedule, ${entry.name}: ${fault}`),
  );
  if (faults.length > 0) throw new StartError(['capops.yml schedules what cannot run:', ...faults].join('\n'));
}

function faultsOf(
  entry: ScheduleEntry,
  operations: readonly Operation[],
  moment: Parameters<typeof validate>[2]['moment'],
): string[] {
  const operation = operations.find(({ name }) => name === entry.operation);
  if (!operation) {
    const names = operations.map(({ name }) => name);
    const meant = nearest(entry.operation, names);
    const allowed = meant ? `Did you mean ${meant}?` : `Allowed: ${names.join(', ')}.`;
    return [`there is no operation “${entry.operation}”. ${allowed}`];
  }
  if (operation.preview && operation.previewFor !== 'second person')
    return [`${operation.name} needs a person to look first, so it cannot run by itself.`];
  if (operation.name === 'run-schedule') return ['the schedule cannot run itself.'];
  try {
    validate(operation, entry.input, { actor: scheduleActor(entry), moment });
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ message }) => message);
    throw error;
  }
}
