import type { types } from '@slack/bolt';
import type { Offer } from '../../errors.ts';
import type { Part, Reply, Report } from '../../ops/service/report.ts';
import type { Outcome } from '../../ops/service/service.ts';
import { writeWords } from '../../ops/service/words.ts';
import type { Desk, Message, Wish } from './desk.ts';
import { drawConfirmation, drawOffers } from './draw-offers.ts';
import { bold, drawPart, rich, section, text } from './draw-part.ts';
import { clip, escaped } from './text.ts';

const MOST_BLOCKS = 50;
const MOST_CHARTS = 2;
/** Room for the title, the offers and what is said of what was left out. */
const KEPT_BLOCKS = 5;

/** How a request ended, as a message. */
export function drawOutcome(desk: Desk, wish: Wish, outcome: Outcome): Message {
  switch (outcome.kind) {
    case 'done':
      return drawReport(desk, wish, outcome.repeated ? withNote(outcome.report, REPEATED) : outcome.report);
    case 'preview': {
      const shown = drawReport(desk, wish, outcome.moved ? withNote(outcome.report, MOVED) : outcome.report);
      return framed(shown, { after: drawConfirmation(desk, wish, outcome) });
    }
    case 'refused': {
      const [first, ...others] = outcome.error.problems.map(({ message }) => message);
      return drawWords(desk, { title: first ?? outcome.error.message, items: others, offers: outcome.error.offers });
    }
    case 'denied':
      return drawWords(desk, { title: outcome.error.message });
    case 'awaiting':
    case 'queued':
      return drawReport(desk, wish, outcome.report);
    case 'ended':
      return drawWords(desk, { title: outcome.message });
    case 'failed':
      return drawWords(desk, { title: outcome.message, note: `Reference ${outcome.reference}` });
  }
}

const REPEATED = 'This request came in before; this is its answer. Nothing was done twice.';
const MOVED = 'What this would do has changed since you looked at it. This is how it stands now; nothing was done yet.';

function withNote(report: Report, note: string): Report {
  return { ...report, parts: [{ kind: 'note', text: note }, ...(report.parts ?? [])] };
}

/** A report as a message, within Slack’s limits. `wish` is what was asked: typed in the terminal, it gives all of it. */
export function drawReport(desk: Desk, wish: Wish, { thread = [], ...report }: Report): Message {
  const drawn = drawReply(desk, wish, report);
  return thread.length === 0 ? drawn : { ...drawn, thread: thread.map((reply) => drawReply(desk, wish, reply)) };
}

function drawReply(desk: Desk, { operation, raw }: Wish, { title, parts = [], offers = [] }: Reply): Message {
  const rest = clip(`pnpm ops ${writeWords(operation, raw)}`, 300);
  const draw = (charts: number): types.KnownBlock[] => [
    heading(title, parts.length > 0),
    ...drawParts(parts, { rest, charts }),
    ...drawOffers(desk, offers, operation.name),
  ];
  const message = { text: escaped(title), blocks: draw(MOST_CHARTS) };
  return parts.some(({ kind }) => kind === 'chart') ? { ...message, plainer: draw(0) } : message;
}

/** A message with more blocks around its own. */
export function framed(
  { blocks, plainer, ...message }: Message,
  { before = [], after = [] }: { before?: types.KnownBlock[]; after?: types.KnownBlock[] },
): Message {
  const frame = (inner: types.KnownBlock[]) => [...before, ...inner, ...after];
  return { ...message, blocks: frame(blocks), ...(plainer ? { plainer: frame(plainer) } : {}) };
}

/** A few sentences as a message. */
export function drawWords(
  desk: Desk,
  words: {
    readonly title: string;
    readonly items?: readonly string[];
    readonly note?: string;
    readonly offers?: readonly Offer[];
  },
): Message {
  const { title, items = [], note, offers = [] } = words;
  const parts: Part[] = [];
  if (items.length > 0) parts.push({ kind: 'list', items });
  if (note) parts.push({ kind: 'note', text: note });
  return {
    text: escaped(title),
    blocks: [heading(title, false), ...drawParts(parts, { rest: '', charts: 0 }), ...drawOffers(desk, offers, 'words')],
  };
}

function heading(title: string, isBold: boolean): types.KnownBlock {
  const shown = clip(title, 3000);
  return rich('title', [section([isBold ? bold(shown) : text(shown)])]);
}

/** Slack takes two charts and one table a message: further charts become a table, further tables lists. */
function drawParts(parts: readonly Part[], { rest, charts }: { rest: string; charts: number }): types.KnownBlock[] {
  const firstTable = parts.findIndex(({ kind }) => kind === 'table');
  const room = { charts, tables: firstTable < 0 ? 1 : 0 };
  const blocks = parts.flatMap((part, place) => {
    const tables = place === firstTable || room.tables > 0;
    const drawn = drawPart(part, `part.${place}`, { tables, charts: room.charts > 0, rest });
    room.tables -= count(drawn, 'table');
    room.charts -= count(drawn, 'data_visualization');
    return drawn;
  });
  if (blocks.length <= MOST_BLOCKS - KEPT_BLOCKS) return blocks;
  const shown = blocks.slice(0, MOST_BLOCKS - KEPT_BLOCKS);
  return [...shown, ...drawPart({ kind: 'note', text: `… and more: ${rest}` }, 'part.more', { tables: false, rest })];
}

function count(blocks: readonly { readonly type: string }[], wanted: string): number {
  return blocks.filter(({ type }) => type === wanted).length;
}
