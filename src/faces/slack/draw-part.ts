import type { types } from '@slack/bolt';
import { chartList, chartTable } from '../../ops/service/chart-table.ts';
import type { Chart, Part } from '../../ops/service/report.ts';
import { chartBlocks } from './draw-chart.ts';
import { clip, plain } from './text.ts';

// Slack's limits: https://docs.slack.dev/reference/block-kit/blocks
const TEXT = 3000;
const LIST_ITEMS = 50;
const TABLE_ROWS = 99;
const TABLE_COLUMNS = 20;
const TABLE_CHARACTERS = 9_500;
const NO_CELL = '–';

/** How parts are drawn here: with tables and charts or without, and what gives the rest of what does not fit. */
export interface Drawing {
  readonly tables: boolean;
  readonly charts?: boolean;
  /** What to type for all of it, e.g. `pnpm ops orgs`. */
  readonly rest: string;
}

/** One part as blocks that show its text as it is. `id` is the beginning of their block ids. */
export function drawPart(part: Part, id: string, drawing: Drawing): types.KnownBlock[] {
  switch (part.kind) {
    case 'text':
      return [rich(id, [section([text(clip(part.text, TEXT))])])];
    case 'note':
      return [{ type: 'context', block_id: id, elements: [plain(part.text, TEXT)] }];
    case 'list':
      if (part.marked) return drawMarked(part.items, id, drawing);
      return drawList(
        part.items.map((item) => [text(clip(item, 500))]),
        id,
        drawing,
      );
    case 'facts':
      return drawList(
        part.facts.map(([label, value]) => [bold(`${clip(label, 100)}: `), text(clip(value, 500))]),
        id,
        drawing,
      );
    case 'log':
      return [rich(id, [{ type: 'rich_text_preformatted', elements: [text(clip(part.lines.join('\n'), TEXT))] }])];
    case 'commands':
      return drawList(part.commands.map(command), id, drawing);
    case 'chart':
      return drawChart(part, id, drawing);
    case 'table':
      return drawing.tables ? drawTable(part, id, drawing) : drawList(part.rows.map(rowWords), id, drawing);
  }
}

function drawChart(chart: Chart, id: string, drawing: Drawing): types.KnownBlock[] {
  const drawn = drawing.charts ? chartBlocks(chart, id) : undefined;
  if (drawn) return drawn;
  if (drawing.tables) return drawTable({ kind: 'table', ...chartTable(chart) }, id, drawing);
  const title = rich(`${id}.title`, [section([bold(clip(chart.title, 300))])]);
  return [title, ...drawPart({ kind: 'list', items: chartList(chart) }, id, drawing)];
}

type Words = types.RichTextElement[];

function command({ words, summary }: { words: string; summary: string }): Words {
  return [
    { type: 'text', text: `/capops ${clip(words, 500)}`, style: { code: true } },
    text(`  ${clip(summary, 300)}`),
  ];
}

function rowWords(cells: readonly string[]): Words {
  return [text(clip(cells.join(' · '), 500))];
}

function drawList(items: readonly Words[], id: string, drawing: Drawing): types.KnownBlock[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, LIST_ITEMS);
  const list = { type: 'rich_text_list' as const, style: 'bullet' as const, elements: shown.map(section) };
  return [rich(id, [list]), ...more(items.length - shown.length, id, drawing)];
}

/** A line each, without bullets: they begin with marks of their own. */
function drawMarked(items: readonly string[], id: string, drawing: Drawing): types.KnownBlock[] {
  const shown = items.slice(0, LIST_ITEMS);
  if (shown.length === 0) return [];
  const lines = shown.map((item) => clip(item, 500).replaceAll('\n', ' ')).join('\n');
  return [rich(id, [section([text(clip(lines, TEXT))])]), ...more(items.length - shown.length, id, drawing)];
}

function drawTable(part: Extract<Part, { kind: 'table' }>, id: string, drawing: Drawing): types.KnownBlock[] {
  const rows: types.RawTextElement[][] = [row(part.columns)];
  let characters = 0;
  for (const cells of part.rows) {
    const drawn = row(cells);
    characters += drawn.reduce((sum, cell) => sum + cell.text.length, 0);
    if (rows.length > TABLE_ROWS || characters > TABLE_CHARACTERS) break;
    rows.push(drawn);
  }
  const wrapped = part.columns.slice(0, TABLE_COLUMNS).map(() => ({ is_wrapped: true }));
  return [
    { type: 'table', block_id: id, rows, column_settings: wrapped },
    ...more(part.rows.length + 1 - rows.length, id, drawing),
  ];
}

function row(cells: readonly string[]): types.RawTextElement[] {
  return cells.slice(0, TABLE_COLUMNS).map((cell) => ({ type: 'raw_text', text: clip(cell, 500) || NO_CELL }));
}

function more(count: number, id: string, { rest }: Drawing): types.KnownBlock[] {
  if (count < 1) return [];
  return [{ type: 'context', block_id: `${id}.more`, elements: [plain(`… and ${count} more: ${rest}`, TEXT)] }];
}

/** A rich text block: what stands in it is shown to the letter. */
export function rich(id: string, elements: types.RichTextBlockElement[]): types.RichTextBlock {
  return { type: 'rich_text', block_id: id, elements };
}

export function section(elements: Words): types.RichTextSection {
  return { type: 'rich_text_section', elements };
}

/** Slack takes no empty text. */
export function text(words: string): types.RichTextText {
  return { type: 'text', text: words || NO_CELL };
}

export function bold(words: string): types.RichTextText {
  return { type: 'text', text: words, style: { bold: true } };
}
