import { availableParallelism, freemem } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, said } from '../ops/desk.ts';
import { type Found, faultsIn, kill } from './cell.ts';
import { KINDS, type KindName } from './kinds.ts';
import { openSite, type Site } from './site.ts';
import { ROWS } from './steps.ts';
import { table } from './table.ts';
import { openTurns } from './turns.ts';

// A real bot is killed at every step between a delivery and its answer, for every way to ask for a change.

/** On two cores that have nothing else to do; among other tests it takes longer, and is not held to it. */
const BAR_SECONDS = 180;
const PATIENCE_MS = 900_000;
const MOST_SITES = 4;
/** What one bot, its databases’ connections and its share of what stands around it may need. */
const SITE_BYTES = 500 * 1024 ** 2;

/** Cells whose name this expression matches (`.`: all of them); by default every step, each for one kind in turn. */
const ONLY = process.env.CRASH_ONLY;
const cells = ROWS.flatMap((row, step) =>
  (Object.keys(KINDS) as KindName[])
    .filter((kind) => row.kinds?.includes(kind) ?? true)
    .map((kind, place, { length }) => ({ row, kind, name: `${kind}: ${row.name}`, isInTurn: place === step % length })),
).filter(({ name, isInTurn }) => (ONLY ? new RegExp(ONLY).test(name) : isInTurn));

const found = new Map<string, Found>();
const chains: string[] = [];
const begun = performance.now();

/** Those in which a job has to be handed out anew wait for that; they begin first. */
const waiting = cells.toSorted((a, b) => Number(b.kind === 'confirm') - Number(a.kind === 'confirm'));
const inTurn = openTurns(availableParallelism());

/** Plays cells on a site of its own until there are no more. */
async function work(): Promise<void> {
  let site: Site | undefined;
  for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
    const code = codeOf(cells.length - waiting.length);
    const from = performance.now();
    try {
      site ??= await inTurn(openStarted);
      const own = { site, cell: { ...cell, code } };
      const killed = await inTurn(() => kill(own.site, own.cell));
      const faults = await faultsIn(site, killed);
      found.set(cell.name, { atDeath: killed.atDeath, seconds: (performance.now() - from) / 1000, faults });
    } catch (error) {
      found.set(cell.name, { atDeath: '', seconds: 0, faults: [String(error)] });
      // What is left of it must not touch the next.
      await site?.close();
      site = undefined;
    }
  }
  if (!site) return;
  chains.push(said(await site.desk.types(ADA, 'audit-verify')));
  await site.close();
}

async function openStarted(): Promise<Site> {
  const site = await openSite();
  await site.start();
  return site;
}

/** AAB, AAC …: a code that differs from others in its last letter only has a right one that is meant. */
function codeOf(index: number): string {
  const letter = (place: number) => String.fromCharCode(65 + (place % 26));
  return `${letter(Math.floor(index / 26))}${letter(index)}X`;
}

beforeAll(async () => {
  const sites = Math.max(1, Math.min(MOST_SITES, Math.floor(freemem() / SITE_BYTES), cells.length));
  await Promise.all(Array.from({ length: sites }, work));
}, PATIENCE_MS);

afterAll(() => {
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  process.stdout.write(
    `${table(cells, found)}\n${cells.length} deaths, ${seconds} s (alone: at most ${BAR_SECONDS} s)\n`,
  );
});

describe('killed at this step, a request that is delivered five times has one effect and a true answer', () => {
  it.each(cells)('$name', ({ name }) => {
    expect(found.get(name)?.faults).toEqual([]);
  });
});

it('the audit of every ledger is whole afterwards', () => {
  expect(chains.length).toBeGreaterThan(0);
  for (const chain of chains) expect(chain).toContain('The record is whole');
});
