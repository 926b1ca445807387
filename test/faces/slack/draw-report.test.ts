import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import type { Desk, Message } from '../../../src/faces/slack/desk.ts';
import { drawOutcome, drawReport } from '../../../src/faces/slack/draw-report.ts';
import { grantModule } from '../../../src/ops/grant-module.ts';
import { listOrgs } from '../../../src/ops/list-orgs.ts';
import type { Part, Report } from '../../../src/ops/service/report.ts';
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
    ['long commands', { parts: [{ kind: 'commands', commands: [{ words: long, summary: long }] }] }],
    [
      'many offers',
      { offers: many.map((label) => ({ label: label + long, operation: 'list-orgs', input: {}, confirm: long })) },
    ],
  ])('with %s keeps within Slack’s limits', (_, report) => {
    const message = draw(report);
    expect(messageComplaints(message.blocks)).toEqual([]);
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
