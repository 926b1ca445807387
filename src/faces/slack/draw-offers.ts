import type { types } from '@slack/bolt';
import type { Offer } from '../../errors.ts';
import type { PreviewOutcome } from '../../ops/service/service.ts';
import { writeWords } from '../../ops/service/words.ts';
import { buttonValue, type Meant } from './button-value.ts';
import type { Desk, Wish } from './desk.ts';
import { drawPart } from './draw-part.ts';
import { plain } from './text.ts';

const MOST_BUTTONS = 25;
const BUTTON = 75;

/** Ways on as buttons; those whose input is too long for a button are shown as what to type. */
export function drawOffers(desk: Desk, offers: readonly Offer[], of: string): types.KnownBlock[] {
  const drawn = offers.slice(0, MOST_BUTTONS).map((offer, place) => button(desk, offer, place));
  const typed = offers.filter((_, place) => drawn[place] === undefined);
  const subjects = [...Map.groupBy(offers.keys(), (place) => offers[place]?.about)];
  return [
    ...subjects.flatMap(([about, places], index) => {
      const id = index === 0 ? `offers:${of}` : `offers:${of}:${index}`;
      const buttons = places.flatMap((place) => drawn[place] ?? []);
      return [...aboutBlocks(about, id), ...(buttons.length > 0 ? [actions(id, buttons)] : [])];
    }),
    ...drawPart({ kind: 'commands', commands: typed.flatMap((offer) => typedOffer(desk, offer)) }, 'offers.typed', {
      tables: false,
      rest: '',
    }),
  ];
}

function aboutBlocks(about: string | undefined, id: string): types.KnownBlock[] {
  return about === undefined ? [] : drawPart({ kind: 'text', text: about }, `${id}:about`, { tables: false, rest: '' });
}

function actions(block_id: string, elements: types.Button[]): types.KnownBlock {
  return { type: 'actions', block_id, elements };
}

/** The one button that runs what a preview shows; absent where there is nothing to do. */
export function drawConfirmation(desk: Desk, { operation, raw }: Wish, preview: PreviewOutcome): types.KnownBlock[] {
  const { confirmation, confirmLabel, confirmWord } = preview;
  if (confirmation === undefined || confirmLabel === undefined) return [];
  const value = buttonValue({ input: raw, confirmation });
  if (value === undefined) {
    const note = 'This is too long for a button in Slack. Run it in the terminal.';
    return [{ type: 'context', block_id: 'confirmation', elements: [plain(note, BUTTON)] }];
  }
  // What the terminal has people type is what destroys.
  const style = confirmWord === undefined ? 'primary' : 'danger';
  const confirm = dialog(desk, { label: confirmLabel, asked: `${confirmLabel}?`, style });
  const text = plain(confirmLabel, BUTTON);
  const action_id = `confirm:${operation.name}`;
  const elements: types.Button[] = [{ type: 'button', action_id, text, value, style, confirm }];
  return [actions(`offers:${operation.name}`, elements)];
}

function button(desk: Desk, offer: Offer, place: number): types.Button | undefined {
  const value = buttonValue({ input: offer.input });
  if (value === undefined) return undefined;
  return {
    type: 'button',
    action_id: `${actOf(offer)}:${offer.operation}:${place}`,
    text: plain(offer.label, BUTTON),
    value,
    ...(offer.style ? { style: offer.style } : {}),
    ...(offer.confirm
      ? { confirm: dialog(desk, { label: offer.label, asked: offer.confirm, style: offer.style }) }
      : {}),
  };
}

function actOf({ form, leavesMessage }: Offer): Meant['act'] {
  if (form) return 'form';
  return leavesMessage ? 'beside' : 'run';
}

function typedOffer({ service }: Desk, { operation, input, label }: Offer): { words: string; summary: string }[] {
  const found = service.find(operation);
  return found ? [{ words: writeWords(found, input), summary: label }] : [];
}

function dialog(
  { ports }: Desk,
  { label, asked, style }: { label: string; asked: string; style?: Offer['style'] },
): types.ConfirmationDialog {
  return {
    title: plain('Are you sure?', 100),
    text: plain(`${ports.settings.environment}: ${asked}`, 300),
    confirm: plain(label, 30),
    deny: plain('Cancel', 30),
    ...(style ? { style } : {}),
  };
}
