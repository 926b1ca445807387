import stringWidth from 'fast-string-width';
import type { Offer, Problem } from '../../errors.ts';
import { optionName } from '../../ops/service/input.ts';
import type { Operation } from '../../ops/service/operation.ts';
import type { Part, Reply, Report } from '../../ops/service/report.ts';
import { chartLines } from './chart.ts';
import { commandLine, PREFIX } from './command-line.ts';
import type { Paper, Style } from './paper.ts';
import { padded, tableLines, wrap } from './table.ts';
import { isolated, visible, visibleLines } from './visible.ts';

const MARKS: Record<Report['tone'], readonly [mark: string, style: Style]> = {
  done: ['✓', 'green'],
  unchanged: ['•', 'dim'],
  info: ['•', 'cyan'],
  attention: ['!', 'yellow'],
};

/** A report's lines, and those of its thread. `operations` are those that its offers may name. */
export function* reportLines(report: Report, paper: Paper, operations: readonly Operation[]): Generator<string> {
  yield* replyLines(report, paper, operations);
  for (const reply of report.thread ?? []) {
    yield '';
    yield* replyLines(reply, paper, operations);
  }
}

function* replyLines(report: Reply, paper: Paper, operations: readonly Operation[]): Generator<string> {
  yield* titleLines(report, paper);
  for (const part of report.parts ?? []) {
    yield '';
    yield* partLines(part, paper);
  }
  yield* offerLines(report.offers ?? [], paper, operations);
}

/** The report's sentences only, for a person who has the data in another form. */
export function* messageLines(report: Report, paper: Paper): Generator<string> {
  yield* titleLines(report, paper);
  for (const part of report.parts ?? []) {
    if (part.kind === 'text' || part.kind === 'note') yield* partLines(part, paper);
  }
}

function* titleLines({ tone, title }: Reply, paper: Paper): Generator<string> {
  const [mark, style] = MARKS[tone];
  const [first = '', ...more] = wrap(visible(title), paper.width - 2);
  yield `${paper.style(style, mark)} ${paper.style('bold', isolated(first, paper))}`;
  for (const line of more) yield `  ${paper.style('bold', isolated(line, paper))}`;
}

function* partLines(part: Part, paper: Paper): Generator<string> {
  switch (part.kind) {
    case 'text':
      yield* textLines(part.text, paper);
      return;
    case 'note':
      for (const line of textLines(part.text, paper)) yield paper.style('dim', line);
      return;
    case 'list':
      for (const item of part.items)
        yield* hanging(part.marked ? '' : '  - ', visible(item), paper, part.marked ? 2 : 4);
      return;
    case 'facts':
      yield* pairLines(
        part.facts.map(([label, value]) => [visible(label), visible(value)]),
        paper,
      );
      return;
    case 'log':
      for (const line of part.lines) yield visible(line);
      return;
    case 'chart':
      yield* chartLines(part, paper);
      return;
    case 'table':
      yield* tableLines(part, paper);
      return;
    case 'commands':
      yield* pairLines(
        part.commands.map(({ words, summary }) => [visible(`${PREFIX} ${words}`), visible(summary)]),
        paper,
      );
  }
}

function* textLines(text: string, paper: Paper): Generator<string> {
  for (const line of visibleLines(text)) for (const piece of wrap(line, paper.width)) yield isolated(piece, paper);
}

/** Labels in one column, values in another, or under them where the paper is narrow. */
export function* pairLines(
  pairs: readonly (readonly [label: string, value: string])[],
  paper: Paper,
): Generator<string> {
  const width = Math.max(0, ...pairs.map(([label]) => stringWidth(label)));
  const beside = width + 4 <= paper.width / 2;
  for (const [label, value] of pairs) {
    if (beside) yield* hanging(`  ${padded(label, width, paper)}  `, value, paper, width + 4);
    else yield* [`  ${isolated(label, paper)}`, ...hanging('      ', value, paper)];
  }
}

/** Text behind a lead; further lines start where the first one's text does. */
function* hanging(lead: string, text: string, paper: Paper, leadWidth: number = lead.length): Generator<string> {
  const [first = '', ...more] = wrap(text, paper.width - leadWidth);
  yield `${lead}${isolated(first, paper)}`.trimEnd();
  for (const line of more) yield `${' '.repeat(leadWidth)}${isolated(line, paper)}`;
}

/** Ways on, each as the line to type. An operation that is not there is not offered. */
export function* offerLines(
  offers: readonly Offer[],
  paper: Paper,
  operations: readonly Operation[],
): Generator<string> {
  const lines = offers.flatMap(({ label, operation: name, input, about }, place) => {
    const operation = operations.find((candidate) => candidate.name === name);
    if (!operation) return [];
    const line = `${paper.style('dim', `${visible(label)}:`)} ${visible(commandLine(operation, input))}`;
    return about === undefined || about === offers[place - 1]?.about ? [line] : [...textLines(about, paper), line];
  });
  if (lines.length > 0) yield '';
  yield* lines;
}

/** What is wrong, one a line, under the option that it belongs to. */
export function* problemLines(problems: readonly Problem[], paper: Paper): Generator<string> {
  for (const { argument, message } of problems) {
    const option = argument === undefined ? '' : `--${optionName(argument)}: `;
    const [first = '', ...more] = visibleLines(option + message).flatMap((line) => wrap(line, paper.width - 2));
    yield `${paper.style('red', '✗')} ${isolated(first, paper)}`;
    for (const line of more) yield `  ${isolated(line, paper)}`;
  }
}
