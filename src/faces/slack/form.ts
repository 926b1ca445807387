import type { Offer } from '../../errors.ts';
import { argumentsFor } from '../../ops/service/input.ts';
import type { Operation } from '../../ops/service/operation.ts';
import { sayPrivately } from './answer.ts';
import type { Asker, Desk, Wish } from './desk.ts';
import { drawForm } from './draw-form.ts';
import { drawWords } from './draw-report.ts';
import { prefill } from './prefill.ts';

/** Whether a form asks for this argument. */
export function isAsked(operation: Operation, name: string): boolean {
  const widget = argumentsFor(operation, 'slack').find(([argument]) => argument === name)?.[1].widget;
  if (!widget || widget.kind === 'none') return false;
  return !(widget.kind === 'flag' && widget.inForms === false);
}

/** Opens the operation's form, filled in with what is known; for whoever may not run it, says so. */
export async function openForm(desk: Desk, asker: Asker, wish: Wish): Promise<void> {
  const denied = await desk.service.refusal(wish.operation, asker.actor);
  if (denied) return sayPrivately(desk, asker, drawWords(desk, { title: denied.message }));
  const title = `“${wish.operation.verb}” needs a little more.`;
  if (!asker.triggerId)
    return sayPrivately(desk, asker, drawWords(desk, { title, offers: [offerForm(wish, 'Open the form')] }));
  const view = drawForm(desk, wish.operation, { filled: await prefill(desk, asker, wish), channelId: asker.channelId });
  try {
    await desk.web.quick.views.open({ trigger_id: asker.triggerId, view });
  } catch (error) {
    desk.ports.log.warn({ err: error, operation: wish.operation.name }, 'a form could not be opened');
    const late = 'Slack did not open the form in time. Nothing was changed.';
    await sayPrivately(desk, asker, drawWords(desk, { title: late, offers: [offerForm(wish, 'Open the form')] }));
  }
}

/** A button that opens the form. */
export function offerForm({ operation, raw }: Wish, label: string): Offer {
  return { label, operation: operation.name, input: raw, form: true };
}
