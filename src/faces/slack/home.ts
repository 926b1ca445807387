import type { types } from '@slack/bolt';
import { type Home, homeOf } from '../../ops/home/home-of.ts';
import { argumentsFor } from '../../ops/service/input.ts';
import type { Operation } from '../../ops/service/operation.ts';
import type { Asker, Desk } from './desk.ts';
import { titleOf } from './draw-form.ts';
import { drawOffers } from './draw-offers.ts';
import { bold, drawPart, rich, section, text } from './draw-part.ts';
import { isAsked, offerForm } from './form.ts';
import { clip } from './text.ts';

const MOST_BLOCKS = 100;
/** Slack takes 250 KB, with what stands around the blocks. */
const MOST_BYTES = 245_000;
/** A tab takes no tables and no charts. */
const PLAIN = { tables: false, rest: '' };

/** Publishes the person's home tab as everything stands now: what waits, the last backup, what they may do. */
export async function publishHome(desk: Desk, asker: Asker): Promise<void> {
  const home = await homeOf(desk.ports, desk.service, asker.actor);
  const blocks = drawHome(desk, asker, home);
  await desk.web.client.views.publish({ user_id: asker.userId, view: { type: 'home', blocks } });
}

/** A home tab’s blocks, within Slack’s limits. */
export function drawHome(
  desk: Desk,
  { actor }: Pick<Asker, 'actor'>,
  { standing, sections, may }: Home,
): types.KnownBlock[] {
  const { environment } = desk.ports.settings;
  const { role, because } = standing;
  const who = role ? `You are ${actor.name}, ${role} in ${environment}.` : `You may not use CapOps in ${environment}.`;
  const blocks = [
    titled('who', who),
    ...drawPart({ kind: 'note', text: `Because ${because}.` }, 'because', PLAIN),
    ...sections.flatMap((one) => drawSection(desk, one)),
    ...drawMay(desk, may),
  ];
  return within(blocks);
}

/** What comes last is left out where there is too much: the most urgent stands first. */
function within(blocks: readonly types.KnownBlock[]): types.KnownBlock[] {
  let bytes = 0;
  return blocks.slice(0, MOST_BLOCKS).filter((block) => {
    bytes += Buffer.byteLength(JSON.stringify(block)) + 1;
    return bytes <= MOST_BYTES;
  });
}

function drawSection(desk: Desk, { key, name, reply }: Home['sections'][number]): types.KnownBlock[] {
  const { title, parts = [], offers = [] } = reply;
  return [
    { type: 'divider', block_id: `${key}.line` },
    titled(`${key}.title`, name, title),
    ...parts.flatMap((part, place) => drawPart(part, `${key}.${place}`, PLAIN)),
    ...drawOffers(desk, offers, `home.${key}`),
  ];
}

/** Forms as buttons; the rest is typed. */
function drawMay(desk: Desk, may: readonly Operation[]): types.KnownBlock[] {
  if (may.length === 0) return [];
  const forms = may
    .filter((operation) => hasForm(operation))
    .map((operation) => offerForm({ operation, raw: {} }, titleOf(operation)));
  const help = { label: 'Help', operation: 'help', input: {} };
  return [
    { type: 'divider', block_id: 'may.line' },
    titled(
      'may.title',
      'What you may do',
      'Everything else is typed: /capops and a word in a channel, or the word alone in the messages here.',
    ),
    ...drawOffers(desk, [help, ...forms], 'home'),
  ];
}

function titled(id: string, name: string, words?: string): types.KnownBlock {
  const shown = clip(name, 500);
  return rich(id, [section(words ? [bold(`${shown}: `), text(clip(words, 1000))] : [bold(shown)])]);
}

function hasForm(operation: Operation): boolean {
  return operation.effect === 'changes' && argumentsFor(operation, 'slack').some(([name]) => isAsked(operation, name));
}
