import type { types } from '@slack/bolt';
import { chartList, valueAt } from '../../ops/service/chart-table.ts';
import type { Chart } from '../../ops/service/report.ts';
import { clip, plain } from './text.ts';

// Slack's limits: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
const TITLE = 50;
const NAME = 20;
const PLACES = 20;
const SERIES = 6;

/** Slack's own chart, which its types do not have yet. */
interface ChartBlock {
  readonly type: 'data_visualization';
  readonly block_id: string;
  readonly title: string;
  readonly chart: {
    readonly type: Chart['shape'];
    readonly series: readonly { name: string; data: { label: string; value: number }[] }[];
    readonly axis_config: { readonly categories: readonly string[] };
  };
}

/**
 * A chart as Slack draws it; undefined where it draws no such one. It wants a value of every series at every place: places
 * without are left out, and said, unless they were most of them.
 */
export function chartBlocks(chart: Chart, id: string): types.KnownBlock[] | undefined {
  const drawn = chart.series.filter((one) => chart.labels.some((_, place) => valueAt(one, place) !== undefined));
  const all = [...chart.labels.keys()];
  const places = all.filter((place) => drawn.every((one) => valueAt(one, place) !== undefined));
  const names = drawn.map(({ name }) => clip(name, NAME));
  const categories = places.map((place) => clip(chart.labels[place] ?? '', NAME));
  if (!fits(names, SERIES) || !fits(categories, PLACES) || 2 * places.length < all.length) return undefined;
  const series = drawn.map((one, index) => ({
    name: names[index] ?? '',
    data: places.map((place, at) => ({ label: categories[at] ?? '', value: valueAt(one, place) ?? 0 })),
  }));
  const block: ChartBlock = {
    type: 'data_visualization',
    block_id: id,
    title: clip(chart.title, TITLE) || 'Chart',
    chart: { type: chart.shape, series, axis_config: { categories } },
  };
  return [block as unknown as types.KnownBlock, ...gaps(chart, { places, drawn }, id)];
}

/** Some, not too many, none empty, and no two the same. */
function fits(names: readonly string[], most: number): boolean {
  return names.length > 0 && names.length <= most && new Set(names).size === names.length && names.every(Boolean);
}

/** What the chart does not show. */
function gaps(
  chart: Chart,
  { places, drawn }: { places: readonly number[]; drawn: Chart['series'] },
  id: string,
): types.KnownBlock[] {
  const left = chartList({ ...chart, series: drawn }).filter((_, place) => !places.includes(place));
  const empty = chart.series.filter((one) => !drawn.includes(one)).map(({ name }) => name);
  const words = [...left, ...(empty.length > 0 ? [`no values: ${empty.join(', ')}`] : [])];
  if (words.length === 0) return [];
  const note = plain(`Not in the chart: ${words.join('; ')}`, 2000);
  return [{ type: 'context', block_id: `${id}.gaps`, elements: [note] }];
}
