import { useState } from 'react';
import type { Block } from '../slack/blocks.ts';

type Cell = { type: string; text?: string; value?: number; elements?: unknown };
type DataTableBlock = Block & {
  caption?: string;
  rows?: Cell[][];
  page_size?: number;
  row_header_column_index?: number;
};
type Order = { column: number; descending: boolean };

/** Slack's `data_table`, which slack-blocks-to-jsx lacks: sorted by its headings, page by page. */
export function DataTable({ block }: { block: DataTableBlock }) {
  const {
    caption = '',
    rows: [header = [], ...rows] = [],
    page_size: size = 5,
    row_header_column_index: headed = 0,
  } = block;
  const [order, setOrder] = useState<Order>();
  const [page, setPage] = useState(0);
  const pages = Math.ceil(rows.length / size);
  const shown = sorted(rows, order).slice(page * size, (page + 1) * size);
  const sortBy = (column: number) => {
    setOrder({ column, descending: order?.column === column && !order.descending });
    setPage(0);
  };
  return (
    <div className="data-table">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {header.map((cell, column) => (
              <Heading key={wordsOf(cell)} name={wordsOf(cell)} column={column} order={order} sortBy={sortBy} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((cells) => (
            <tr key={cells.map(wordsOf).join('\n')}>
              {cells.map((cell, column) => {
                const Named = column === headed ? 'th' : 'td';
                return (
                  <Named key={wordsOf(header[column])} scope={column === headed ? 'row' : undefined}>
                    {wordsOf(cell)}
                  </Named>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {pages > 1 ? (
        <p className="note pages">
          <button type="button" className="link" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <span role="status">
            Page {page + 1} of {pages}
          </span>
          <button type="button" className="link" disabled={page === pages - 1} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </p>
      ) : null}
    </div>
  );
}

type HeadingProps = { name: string; column: number; order: Order | undefined; sortBy: (column: number) => void };

function Heading({ name, column, order, sortBy }: HeadingProps) {
  const here = order?.column === column ? order : undefined;
  return (
    <th scope="col" aria-sort={here ? (here.descending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" onClick={() => sortBy(column)}>
        {name} <span aria-hidden="true">{here ? (here.descending ? '↓' : '↑') : '↕'}</span>
      </button>
    </th>
  );
}

function sorted(rows: Cell[][], order: Order | undefined): Cell[][] {
  if (!order) return rows;
  const { column, descending } = order;
  const upwards = rows.toSorted((a, b) => compare(a[column], b[column]));
  return descending ? upwards.reverse() : upwards;
}

function compare(a: Cell | undefined, b: Cell | undefined): number {
  if (a?.value !== undefined && b?.value !== undefined) return a.value - b.value;
  return wordsOf(a).localeCompare(wordsOf(b), 'en-GB', { numeric: true });
}

/** A cell's text; of rich text all the texts in it. */
function wordsOf(cell: Cell | undefined): string {
  if (!cell) return '';
  if (cell.text !== undefined) return cell.text;
  if (cell.value !== undefined) return cell.value.toLocaleString('en-GB');
  return textsIn(cell.elements).join('');
}

function textsIn(thing: unknown): string[] {
  if (Array.isArray(thing)) return thing.flatMap(textsIn);
  if (typeof thing !== 'object' || thing === null) return [];
  return Object.entries(thing).flatMap(([name, value]) => {
    return name === 'text' && typeof value === 'string' ? [value] : textsIn(value);
  });
}
