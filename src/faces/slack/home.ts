import type { types } from '@slack/bolt';
import { DeniedError } from '../../errors.ts';
import { authorise, standingNow } from '../../ops/service/authorise.ts';
import { frozenWords } from '../../ops/service/frozen.ts';
import { argumentsFor, typedExample } from '../../ops/service/input.ts';
import type { Operation } from '../../ops/service/operation.ts';
import type { Asker, Desk } from './desk.ts';
import { titleOf } from './draw-form.ts';
import { drawOffers } from './draw-offers.ts';
import { bold, drawPart, rich, section, text } from './draw-part.ts';
import { isAsked, offerForm } from './form.ts';
import { clip } from './text.ts';

/** Shows the home tab: who the person is to CapOps, and what they may do. */
export async function showHome(desk: Desk, asker: Asker): Promise<void> {
  const { role, because } = await standingNow(desk.ports, asker.actor);
  const { environment } = desk.ports.settings;
  const who = role
    ? `You are ${asker.actor.name}, ${role} in ${environment}.`
    : `You may not use CapOps in ${environment}.`;
  const frozen = await frozenWords(desk.ports).catch(() => undefined);
  const may = await allowed(desk, asker);
  const forms = may
    .filter((operation) => hasForm(operation))
    .map((operation) => offerForm({ operation, raw: {} }, titleOf(operation)));
  const commands = may.map((operation) => ({ words: typedExample(operation, 'slack'), summary: operation.summary }));
  const blocks: types.KnownBlock[] = [
    rich('who', [section([bold(clip(who, 500))])]),
    ...drawPart({ kind: 'note', text: `Because ${because}.` }, 'because', { tables: false, rest: '' }),
    ...(frozen ? drawPart({ kind: 'text', text: frozen }, 'frozen', { tables: false, rest: '' }) : []),
    ...drawOffers(desk, forms, 'home'),
    ...(commands.length > 0 ? [rich('commands.title', [section([text('In a channel or here, type:')])])] : []),
    ...drawPart({ kind: 'commands', commands }, 'commands', { tables: false, rest: '' }),
  ];
  await desk.web.client.views.publish({ user_id: asker.userId, view: { type: 'home', blocks } });
}

function hasForm(operation: Operation): boolean {
  return operation.effect === 'changes' && argumentsFor(operation, 'slack').some(([name]) => isAsked(operation, name));
}

/** Looking at the home tab is no request, so that a refusal here is not recorded. */
async function allowed({ service, ports }: Desk, { actor }: Asker): Promise<Operation[]> {
  const asked = service.operations.map(async (operation) => {
    try {
      await authorise(ports, operation, actor);
      return [operation];
    } catch (error) {
      if (error instanceof DeniedError) return [];
      throw error;
    }
  });
  return (await Promise.all(asked)).flat();
}
