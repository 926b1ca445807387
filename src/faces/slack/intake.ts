import type { App, ReceiverEvent } from '@slack/bolt';
import { type Arrival, requestOf } from './ask.ts';
import { askerOf, type Desk } from './desk.ts';
import type { Handling } from './handling.ts';
import { type Read, readPayload } from './read-payload.ts';

/** Hands a payload on to Bolt. */
type Process = App['processEvent'];

const ARRIVAL = 'arrival';

/**
 * Reads each payload before Bolt hears of it, and stores what asks for a change: Bolt acknowledges events by itself, and
 * the listeners everything else, so that whatever is acknowledged is stored. The rest goes on at once.
 */
export function storeFirst(desk: Desk, handling: Handling, process: Process): Process {
  return async (event) => {
    const sinceMs = performance.now();
    const read = readPayload(desk.service, event);
    if (!read) return process(event);
    if (read.ask.act !== 'run' || read.ask.operation.effect === 'reads')
      return process(withArrival(event, { ...read, sinceMs }));
    return handling.follow(store(desk, read).then((stored) => process(withArrival(event, { ...stored, sinceMs }))));
  };
}

/** The name is looked up meanwhile: the id alone is what matters in the ledger until then. */
async function store(desk: Desk, { origin, ask }: Read): Promise<Omit<Arrival, 'sinceMs'>> {
  if (ask.act !== 'run') return { origin, ask };
  const asker = askerOf(desk, origin);
  asker.catch(() => undefined);
  const receipt = await desk.service.receive(requestOf(origin, ask));
  return { origin, ask, receipt, asker };
}

function withArrival(event: ReceiverEvent, arrival: Arrival): ReceiverEvent {
  return { ...event, customProperties: { ...event.customProperties, [ARRIVAL]: arrival } };
}

/** What was read and stored before the listener was called; undefined where the payload asks for nothing. */
export function arrivalIn(context: Readonly<Record<string, unknown>>): Arrival | undefined {
  return context[ARRIVAL] as Arrival | undefined;
}
