import { describe, expect, test } from 'vitest';
import { openValueFilter } from '../../../src/domain/without-values.ts';
import { assembleParts, fileText } from '../../../src/ops/support/assemble.ts';
import { type Gathered, whyMissing } from '../../../src/ops/support/bundle-part.ts';
import { keepLastLines } from '../../../src/ops/support/last-lines.ts';
import { fenced, reportMarkdown } from '../../../src/ops/support/report-markdown.ts';

const desk = { withoutConfigured: openValueFilter(['Zx9!swordfish']) };
const log = (title: string, lines: readonly string[]): Gathered => {
  const kept = keepLastLines(500);
  for (const line of lines) kept.take(line);
  return { title, keeps: 'end', text: kept.lines.join('\n') };
};
const assembled = async (...parts: Gathered[]) => fileText('Bundle', await assembleParts(desk, parts));

describe('the file', () => {
  test('stays within 2 MB, and keeps the newest lines of each log', async () => {
    const logs = Array.from({ length: 12 }, (_, place) =>
      log(
        `Log ${place}`,
        Array.from({ length: 600 }, (_, line) => `line ${line} ${'é'.repeat(300)}`),
      ),
    );
    const text = await assembled({ title: 'Long', keeps: 'beginning', text: 'x\n'.repeat(200_000) }, ...logs);
    expect(Buffer.byteLength(text)).toBeLessThan(2_000_000);
    expect(text.match(/^line 599 /gm)).toHaveLength(12);
    expect(text).not.toMatch(/^line 99 /m);
    expect(text).toMatch(/^1\. Long \(It is too long: its last \d+ lines are left out\.\)$/m);
    expect(text).toMatch(/^13\. Log 11 \(It is too long: its first \d+ lines are left out\.\)$/m);
  });

  test('shows no half of a secret where a line was cut', async () => {
    // What is taken out makes the line shorter, so that its cut end would be shown.
    const long = `password="${'p'.repeat(3_000)}" `;
    for (const before of ['a'.repeat(1_990), 'a'.repeat(3_995), `${long}${'a'.repeat(3_995 - long.length)}`]) {
      const text = await assembled(log('Log', [`${before}Zx9!swordfish and more ${'b'.repeat(5_000)}`]));
      expect(text).toContain('…[cut]');
      expect(text).not.toContain('Zx9');
    }
  });

  test('shows no secret that colours or signs without width cut into pieces', async () => {
    const text = await assembled(
      log('Log', ['Zx9!\u001b[31msword\u001b[0mfish', 'Zx9!sw\u200bordfish', 'a\u001b]0;title\u0007b']),
    );
    expect(text).not.toMatch(/sword|fish/);
    expect(text).toContain('ab');
  });

  test('lets no log end its own fence', () => {
    expect(fenced(['```', '# heading', '````'])).toBe('`````\n```\n# heading\n````\n`````');
  });

  test('has tables whose cells break nothing', () => {
    const parts = [{ kind: 'table', columns: ['A', 'B'], rows: [['1|2', 'x\ny']] }] as const;
    expect(reportMarkdown({ tone: 'info', title: 'T', parts })).toBe('T\n\n| A | B |\n| --- | --- |\n| 1\\|2 | x y |');
  });
});

describe('why a part is missing', () => {
  test('is PostgreSQL’s code and message, and none of its details', () => {
    const error = Object.assign(new Error('select * from "t" - permission denied for table t'), {
      code: '42501',
      detail: 'Key (a)=(b)',
      where: 'somewhere',
    });
    expect(whyMissing(error)).toBe('PostgreSQL says: permission denied for table t (42501).');
  });

  test('is nothing of a defect', () => {
    expect(whyMissing(new TypeError('x is undefined at /home/ada'))).toBe(
      'Something went wrong inside CapOps; its log has the reason.',
    );
  });
});
