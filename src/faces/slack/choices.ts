import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from '@slack/bolt';
import type { Asker, Desk } from './desk.ts';
import { pickerOption } from './draw-form.ts';
import { formOperation } from './read-form.ts';

/** Slack waits 3 s for a menu's options; asking it for the name may have taken 1.2 s of them. */
const ANSWER_MS = 1_500;

/** What a form's menu offers for what was typed; none for whoever may not run the operation. */
export async function choices(
  desk: Desk,
  asker: Asker,
  { callbackId, typed }: { callbackId: string; typed: string },
): Promise<types.PlainTextOption[]> {
  const operation = formOperation(desk.service, callbackId);
  if (!operation || (await desk.service.refusal(operation, asker.actor))) return [];
  try {
    const found = desk.service.choices(operation, asker.actor, typed);
    return (await Promise.race([found, sleep(ANSWER_MS, [], { ref: false })])).map(pickerOption);
  } catch (error) {
    desk.ports.log.warn({ err: error }, 'a menu stayed empty: what it offers could not be looked up');
    return [];
  }
}
