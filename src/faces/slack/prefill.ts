import { setTimeout as sleep } from 'node:timers/promises';
import { argumentsFor } from '../../ops/service/input.ts';
import type { Argument } from '../../ops/service/operation.ts';
import type { Asker, Desk, Wish } from './desk.ts';
import type { Filled } from './draw-form.ts';

/** A form has to open within 3 s of the command; a name that is not there by then is left out. */
const NAME_MS = 700;

/** What of the typed words a form can start with: the pieces that are valid by themselves. */
export async function prefill(desk: Desk, asker: Asker, { operation, raw }: Wish): Promise<Filled> {
  const { clock, settings } = desk.ports;
  const moment = { now: clock.now(), timeZone: settings.timeZone };
  const filled: Record<string, Filled[string]> = {};
  for (const [name, argument] of argumentsFor(operation, 'slack')) {
    if (raw[name] === undefined) continue;
    const parsed = argument.schema(moment).safeParse(raw[name]);
    const value = parsed.success ? await inForm(desk, { argument, value: parsed.data, operation, asker }) : undefined;
    if (value !== undefined) filled[name] = value;
  }
  return filled;
}

interface Piece {
  readonly argument: Argument;
  readonly value: unknown;
  readonly operation: Wish['operation'];
  readonly asker: Asker;
}

async function inForm(desk: Desk, { argument, value, operation, asker }: Piece): Promise<Filled[string] | undefined> {
  switch (argument.widget.kind) {
    case 'organisation':
    case 'backup':
      return picked(desk, { operation, asker, code: String(value) });
    case 'modules':
      return Array.isArray(value) ? value.map(String) : undefined;
    case 'date':
      return value instanceof Date ? dayIn(value, desk.ports.settings.timeZone) : undefined;
    case 'service':
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'flag':
      return value === true;
    default:
      return undefined;
  }
}

/** The organisation or backup by its exact code; undefined where there is none. */
async function picked(
  desk: Desk,
  { operation, asker, code }: { operation: Wish['operation']; asker: Asker; code: string },
) {
  const choices = desk.service.choices(operation, asker.actor, code).catch((error: unknown) => {
    desk.ports.log.warn({ err: error }, 'a form opens without what was named: it could not be looked up');
    return [];
  });
  const found = await Promise.race([choices, sleep(NAME_MS, [], { ref: false })]);
  return found.find((choice) => choice.code === code);
}

/** `2026-12-31`, the day on which the moment falls in the zone. */
function dayIn(date: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(date);
}
