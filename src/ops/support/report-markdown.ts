import { chartTable } from '../service/chart-table.ts';
import type { Part, Reply, Report } from '../service/report.ts';

/** A report as Markdown that is read as it stands, too. What it offers is left out. */
export function reportMarkdown({ thread = [], ...report }: Report): string {
  return [report, ...thread].map(replyMarkdown).join('\n\n');
}

function replyMarkdown({ title, parts = [] }: Reply): string {
  return [title, ...parts.map(partMarkdown)].filter(Boolean).join('\n\n');
}

function partMarkdown(part: Part): string {
  switch (part.kind) {
    case 'text':
    case 'note':
      return part.text;
    case 'list':
      return part.items.map((item) => `- ${item}`).join('\n');
    case 'facts':
      return part.facts.map(([label, value]) => `- ${label}: ${value}`).join('\n');
    case 'log':
      return fenced(part.lines);
    case 'table':
      return tableMarkdown(part.columns, part.rows);
    case 'chart': {
      const { columns, rows } = chartTable(part);
      return tableMarkdown(columns, rows);
    }
    case 'commands':
      return part.commands.map(({ words, summary }) => `- ${words}: ${summary}`).join('\n');
  }
}

export function tableMarkdown(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'None.';
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Foreign lines, which may hold anything, a fence too. */
export function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.map((line) => /^\s*(`+)/.exec(line)?.[1]?.length ?? 0));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...lines, fence].join('\n');
}

function cell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}
