import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { perform } from '../../../src/faces/terminal/perform.ts';
import { defineOperation } from '../../../src/ops/service/operation.ts';
import { type Desk, openDesk, TERMINAL } from '../../ops/desk.ts';
import { keep } from './papers.ts';

/** Moves as many planes as there are, once somebody has seen how many that is. */
let planes = 0;
let moved: number[] = [];
const movePlanes = defineOperation({
  name: 'move-planes',
  verb: 'move',
  summary: 'Move the planes',
  role: 'operator',
  effect: 'changes',
  example: 'move',
  args: {},
  preview: async () => ({
    report: { tone: planes < 0 ? 'attention' : 'info', title: `${planes} planes would move.`, attachments },
    state: planes,
    confirmLabel: planes > 0 ? `Move ${planes} planes` : undefined,
  }),
  run: async () => {
    moved.push(planes);
    return { planes };
  },
  report: () => ({ tone: 'done', title: `${planes} planes were moved.`, attachments }),
});
const count = (now: number) => {
  planes = now;
};
const attachments = [{ name: 'planes.txt', content: 'all', summary: 'The planes.' }];

let desk: Desk;
let folder: string;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capops-perform-'));
  planes = 3;
  moved = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Wishes {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly format?: 'table' | 'json';
  /** Happens before each time that the ops service is asked. */
  readonly meanwhile?: (time: number) => void;
}

/** Nobody is at this terminal. */
async function type({ yes = false, dryRun = false, format = 'table', meanwhile }: Wishes) {
  const out = keep();
  const messages = keep();
  const terminal = { stdin: {}, stderr: {}, out, messages, folder } as never;
  let times = 0;
  const code = await perform(
    {
      ...{ terminal, operation: movePlanes, operations: [movePlanes], format, yes, dryRun, attachmentFolder: folder },
      settings: { environment: 'production', timeZone: 'UTC', policy: undefined },
      team: undefined,
      execute: (request) => {
        meanwhile?.(++times);
        return desk.service.execute(request);
      },
      seeThrough: desk.service.seeThrough,
    },
    { operation: movePlanes, actor: TERMINAL, raw: {} },
  );
  return { code, out: out.text(), messages: messages.text() };
}

describe('a change that has to be confirmed', () => {
  test('is refused where nobody can be asked, and the flags are named', async () => {
    const { code, out, messages } = await type({});
    expect({ code, moved }).toEqual({ code: 2, moved: [] });
    expect(out).toBe('• 3 planes would move.\n\n');
    expect(messages).toMatch(/--yes.*--dry-run.*\nNothing was changed\.\n$/);
  });

  test('goes on with --yes', async () => {
    const { code, out } = await type({ yes: true });
    expect({ code, moved }).toEqual({ code: 0, moved: [3] });
    expect(out).toBe('• 3 planes would move.\n\n✓ 3 planes were moved.\n');
  });

  test('stops after the preview with --dry-run, even with --yes', async () => {
    expect(await type({ dryRun: true, yes: true })).toMatchObject({ code: 0, out: '• 3 planes would move.\n' });
    expect(moved).toEqual([]);
  });

  test('is done already when there is nothing to do', async () => {
    planes = 0;
    expect(await type({ yes: true })).toMatchObject({ code: 0, out: '• 0 planes would move.\n' });
    expect(moved).toEqual([]);
  });

  test('is bad input when the preview finds something to mend', async () => {
    planes = -1;
    expect(await type({ dryRun: true })).toMatchObject({ code: 2 });
    expect(await type({ yes: true })).toMatchObject({ code: 2 });
  });

  test('shows the new preview, and does that, when the state has moved', async () => {
    const { code, out, messages } = await type({ yes: true, meanwhile: (time) => count(time === 1 ? 3 : 4) });
    expect({ code, moved }).toEqual({ code: 0, moved: [4] });
    expect(out).toBe('• 3 planes would move.\n\n• 4 planes would move.\n\n✓ 4 planes were moved.\n');
    expect(messages).toContain('The state has changed since that preview was made.');
  });

  test('is given up with --yes when the state keeps moving', async () => {
    const { code, out, messages } = await type({ yes: true, meanwhile: count });
    expect({ code, moved }).toEqual({ code: 1, moved: [] });
    expect(out.match(/\d+ planes would move/g)).toEqual([1, 2, 3].map((number) => `${number} planes would move`));
    expect(messages).toMatch(/keeps changing.*\nNothing was changed\.\n$/s);
  });

  test('leaves its file once, when it has come to its end', async () => {
    await type({});
    expect(readdirSync(folder)).toEqual([]);
    const { messages } = await type({ yes: true });
    expect(readdirSync(folder)).toEqual(['planes.txt']);
    expect(messages).toBe(`The planes: ${join(folder, 'planes.txt')}\n`);
  });

  test('fails when its file cannot be written, and says that the change was made', async () => {
    rmSync(folder, { recursive: true });
    const { code, out, messages } = await type({ yes: true });
    expect({ code, moved }).toEqual({ code: 1, moved: [3] });
    expect(out).toContain('✓ 3 planes were moved.');
    expect(messages).toMatch(/planes\.txt could not be written/);
    folder = mkdtempSync(join(tmpdir(), 'capops-perform-'));
  });
});

describe('JSON', () => {
  test('is the data alone, and the sentences are messages', async () => {
    const { out, messages } = await type({ yes: true, format: 'json' });
    expect(JSON.parse(out)).toEqual({ planes: 3 });
    expect(messages).toContain('✓ 3 planes were moved.');
  });

  test('is the preview where nothing follows it', async () => {
    const expected = { preview: { tone: 'info', title: '3 planes would move.', parts: [] } };
    expect(JSON.parse((await type({ dryRun: true, format: 'json' })).out)).toEqual(expected);
    planes = 0;
    expect(JSON.parse((await type({ yes: true, format: 'json' })).out).preview.title).toBe('0 planes would move.');
  });

  test('is not there where the change was refused', async () => {
    expect(await type({ format: 'json' })).toMatchObject({ code: 2, out: '' });
  });
});
