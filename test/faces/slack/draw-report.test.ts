import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import type { Desk, Message } from '../../../src/faces/slack/desk.ts';
import { drawOutcome, drawReport } from '../../../src/faces/slack/draw-report.ts';
import { grantModule } from '../../../src/ops/grant-module.ts';
import { listOrgs } from '../../../src/ops/list-orgs.ts';
import type { Chart, Part, Report } from '../../../src/ops/service/report.ts';
import { readable } from '../../../workbench/slack/block-text.ts';
import { messageComplaints } from '../../../workbench/slack/complaints.ts';

// Drawing needs no more of the desk than this.
const desk = {
  service: { find: (name: string) => [listOrgs, grantModule].find((operation) => operation.name === name) },
  ports: { settings: { environment: 'production' } },
} as unknown as Desk;
const wish = { operation: listOrgs, raw: { search: 'heath' } };

const draw = (report: Partial<Report>): Message =>
  drawReport(desk, wish, { tone: 'info', title: 'Here it is.', ...report });
const words = ({ blocks }: Message) => readable(blocks);
const long = 'x'.repeat(20_000);
const many = Array.from({ length: 500 }, (_, place) => `item ${place}`);

const TABLE: Part = { kind: 'table', columns: ['Code'], rows: [['LHR']] };
const chart = (more: Partial<Chart> = {}): Chart => ({
  kind: 'chart',
  shape: 'line',
  title: 'Answers within (ms)',
  labels: ['08:00', '09:00'],
  series: [
    { name: 'Database', values: [3, 4] },
    { name: 'Gateway', values: [40, 1250.5] },
  ],
  ...more,
});
const kinds = (blocks: Message['blocks'] = []) => blocks.map(({ type }): string => type);

describe('a drawn report', () => {
  it.each<[string, Partial<Report>]>([
    ['a long title', { title: long }],
    [
      'long parts',
      {
        parts: [
          { kind: 'text', text: long },
          { kind: 'note', text: long },
          { kind: 'facts', facts: [[long, long]] },
        ],
      },
    ],
    [
      'long lists',
      {
        parts: [
          { kind: 'list', items: many },
          { kind: 'list', items: many, marked: true },
          { kind: 'list', items: [], marked: true },
          { kind: 'list', items: [long] },
        ],
      },
    ],
    ['wide and long tables', { parts: [{ kind: 'table', columns: many, rows: many.map(() => many) }] }],
    [
      'several tables',
      { parts: Array.from({ length: 3 }, (): Part => ({ kind: 'table', columns: ['A'], rows: [['a']] })) },
    ],
    [
      'empty cells and texts',
      {
        parts: [
          { kind: 'table', columns: ['A', 'B'], rows: [['', '']] },
          { kind: 'list', items: [''] },
          { kind: 'list', items: [] },
        ],
      },
    ],
    ['many parts', { parts: many.map((text) => ({ kind: 'note', text })) }],
    ['many charts', { parts: Array.from({ length: 5 }, () => chart()) }],
    ['many charts and a table', { parts: [...Array.from({ length: 5 }, () => chart()), TABLE] }],
    ['a chart of long words', { parts: [chart({ title: long, labels: [`a${long}`, `b${long}`] })] }],
    ['a chart of many places', { parts: [chart({ labels: many, series: [{ name: 'A', values: many.map(Number) }] })] }],
    ['a chart of nothing', { parts: [chart({ labels: [], series: [] })] }],
    ['a chart without a title', { parts: [chart({ title: '' })] }],
    ['a chart whose labels are the same', { parts: [chart({ labels: ['a', 'a'] })] }],
    [
      'a chart of no number',
      { parts: [chart({ series: [{ name: 'A', values: [Number.NaN, Number.POSITIVE_INFINITY] }] })] },
    ],
    ['long commands', { parts: [{ kind: 'commands', commands: [{ words: long, summary: long }] }] }],
    [
      'many offers',
      { offers: many.map((label) => ({ label: label + long, operation: 'list-orgs', input: {}, confirm: long })) },
    ],
  ])('with %s keeps within Slack’s limits', (_, report) => {
    const message = draw(report);
    expect(messageComplaints(message.blocks)).toEqual([]);
    expect(messageComplaints(message.plainer ?? [])).toEqual([]);
    expect(message.text.length).toBeGreaterThan(0);
    expect(message.text.length).toBeLessThanOrEqual(3_000);
  });

  it('says how many rows are left out and what gives all of them', () => {
    const message = draw({ parts: [{ kind: 'table', columns: ['Code'], rows: many.map((code) => [code]) }] });
    expect(words(message)).toContain('… and 401 more: pnpm ops orgs heath');
  });

  it('gives every block an id of its own', () => {
    const { blocks } = draw({
      parts: [
        { kind: 'text', text: 'a' },
        { kind: 'note', text: 'b' },
        { kind: 'table', columns: ['A'], rows: [['a']] },
      ],
      offers: [{ label: 'Next', operation: 'list-orgs', input: {} }],
    });
    const ids = blocks.map(({ block_id }) => block_id);
    expect(ids.every(Boolean)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows names to the letter, in the text at the top too', () => {
    const name = '<!channel> & <@U0ADA> *bold* _it_ `code` :tada: https://evil.example';
    const message = draw({
      title: name,
      parts: [
        { kind: 'text', text: name },
        { kind: 'list', items: [name] },
        { kind: 'table', columns: ['Name'], rows: [[name]] },
      ],
    });
    expect(message.text).toContain('&lt;!channel&gt; &amp; &lt;@U0ADA&gt;');
    const types = JSON.stringify(message.blocks).match(/"type":"\w+"/g);
    const literal = ['rich_text', 'rich_text_section', 'rich_text_list', 'text', 'table', 'raw_text'].map(
      (type) => `"type":"${type}"`,
    );
    expect(new Set(types)).toEqual(new Set(literal));
    expect(
      words(message)
        .split('\n')
        .filter((line) => line === name),
    ).toHaveLength(4);
  });

  it('shows what cannot go into a button as what to type', () => {
    const input = { org: 'LHR', module: 'work', until: long.slice(0, 1_990) };
    const message = draw({
      offers: [
        { label: 'Extend', operation: 'grant-module', input },
        { label: 'Short', operation: 'grant-module', input: {} },
      ],
    });
    expect(words(message)).toMatch(/\/capops grant LHR work --until x+/);
    expect(JSON.stringify(message.blocks).match(/"type":"button"/g)).toHaveLength(1);
  });
});

describe('a chart', () => {
  it('is Slack’s own, up to two a message; then comes a table, then lists', () => {
    const { blocks, plainer } = draw({ parts: [chart(), chart(), chart(), chart()] });
    const charts = ['rich_text', 'data_visualization', 'data_visualization', 'table', 'rich_text', 'rich_text'];
    expect(kinds(blocks)).toEqual(charts);
    expect(blocks[1]).toMatchObject({
      title: 'Answers within (ms)',
      chart: {
        type: 'line',
        series: [
          {
            name: 'Database',
            data: [
              { label: '08:00', value: 3 },
              { label: '09:00', value: 4 },
            ],
          },
          {
            name: 'Gateway',
            data: [
              { label: '08:00', value: 40 },
              { label: '09:00', value: 1250.5 },
            ],
          },
        ],
        axis_config: { categories: ['08:00', '09:00'] },
      },
    });
    expect(kinds(plainer).filter((type) => type !== 'rich_text')).toEqual(['table']);
    expect(readable(blocks.slice(4))).toContain('09:00: Database 4, Gateway 1,250.5');
  });

  it('leaves the one table of a message to the report’s own', () => {
    const { plainer = [] } = draw({ parts: [chart(), TABLE] });
    expect(kinds(plainer)).toEqual(['rich_text', 'rich_text', 'rich_text', 'table']);
    expect(readable(plainer.slice(3))).toContain('LHR');
  });

  it('has every value there is: places that lack one are said below, and a chart of holes is a table', () => {
    const series = [
      { name: 'Database', values: [3, 4, undefined] },
      { name: 'Gateway', values: [40, 41, 42] },
      { name: 'Redis', values: [undefined, undefined, undefined] },
    ];
    const holed = chart({ labels: ['08:00', '09:00', '10:00'], series });
    // The ledger gives it back with null for what has no value.
    for (const one of [holed, JSON.parse(JSON.stringify(holed)) as Chart]) {
      const { blocks } = draw({ parts: [one] });
      expect(kinds(blocks)).toEqual(['rich_text', 'data_visualization', 'context']);
      expect(readable(blocks)).toContain('Not in the chart: 10:00: Database –, Gateway 42; no values: Redis');
    }
    const holes = chart({
      series: [
        { name: 'Database', values: [3] },
        { name: 'Gateway', values: [undefined, 4] },
      ],
    });
    expect(kinds(draw({ parts: [holes] }).blocks)).toEqual(['rich_text', 'table']);
  });
});

describe('a list whose items have marks', () => {
  it('is drawn as lines, without bullets', () => {
    const { blocks } = draw({
      parts: [{ kind: 'list', items: ['✓ Database: Connected', '✗ Redis: Down'], marked: true }],
    });
    expect(blocks[1]).toMatchObject({
      elements: [{ type: 'rich_text_section', elements: [{ text: '✓ Database: Connected\n✗ Redis: Down' }] }],
    });
  });
});

describe('an outcome', () => {
  it('that is a preview has one button, which names the environment and carries what was confirmed', () => {
    const report: Report = { tone: 'info', title: 'Two organisations.' };
    const shown = {
      kind: 'preview',
      runId: '1',
      report,
      confirmation: 'abc',
      confirmLabel: 'Import 2 organisations',
      moved: false,
    } as const;
    const { blocks } = drawOutcome(desk, wish, shown);
    const buttons = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    expect(buttons).toMatchObject([
      {
        text: { text: 'Import 2 organisations' },
        style: 'primary',
        confirm: { text: { text: 'production: Import 2 organisations?' } },
        value: JSON.stringify({ input: { search: 'heath' }, confirmation: 'abc' }),
      },
    ]);
    expect(words(drawOutcome(desk, wish, { ...shown, moved: true }))).toContain('has changed since');
    const nothing = drawOutcome(desk, wish, { ...shown, confirmation: undefined, confirmLabel: undefined });
    expect(nothing.blocks.some(({ type }) => type === 'actions')).toBe(false);
  });

  it('that was refused says everything that is wrong', () => {
    const error = new UserError([{ message: 'First.' }, { message: 'Second.' }]);
    expect(words(drawOutcome(desk, wish, { kind: 'refused', runId: '1', error }))).toMatch(/First\..*Second\./s);
  });

  it('that failed gives its reference', () => {
    const outcome = { kind: 'failed', runId: '1', message: 'It broke.', reference: 'ab12' } as const;
    expect(words(drawOutcome(desk, wish, outcome))).toContain('Reference ab12');
  });
});
