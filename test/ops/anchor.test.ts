import { afterEach, beforeEach, expect, it } from 'vitest';
import { AuditAnchor } from '../../src/models/audit-anchor.ts';
import { AuditEntry } from '../../src/models/audit-entry.ts';
import { anchorAfter } from '../../src/ops/upkeep/anchor.ts';
import { keptLog } from '../adapters/notes.ts';
import { type Desk, OMAR, openDesk, said, TERMINAL } from './desk.ts';

let desk: Desk;
let notes: ReturnType<typeof keptLog>;
beforeEach(async () => {
  desk = await openDesk();
  notes = keptLog();
  await desk.airports('LHR');
});
afterEach(() => desk.close());

const ports = (auditChannel: string | undefined = 'C0AUDIT') => ({
  databases: desk.databases,
  clock: { now: () => desk.now },
  log: notes.log,
  settings: { environment: 'test', timeZone: 'UTC', policy: undefined, auditChannel },
});
/** A run, and what it is to be anchored as. */
async function dangerous() {
  const { runId } = await desk.types(OMAR, 'grant LHR work');
  await desk.service.settled();
  return { id: runId, operation: 'grant-module' };
}

it('behind a dangerous run the bot posts an anchor that has seen the run, in the audit channel', async () => {
  const posts: [string, string, string][] = [];
  const announcer = {
    post: async (channel: string, { operation }: { operation: { name: string } }, report: object) => {
      posts.push([channel, operation.name, JSON.stringify(report)]);
      return { channel, ts: '1' };
    },
    reply: async () => ({ channel: 'C0OPS', ts: '2' }),
    amend: async () => undefined,
  };
  const run = await dangerous();
  expect(await anchorAfter(ports(), { announcer }, run)).toBe(true);
  const { hash } = await AuditEntry.head(desk.databases.ledger);
  expect(posts).toEqual([['C0AUDIT', 'audit-anchor', expect.stringContaining(`“audit-verify 1:${hash}”`)]]);
  expect(posts[0]?.[2]).toContain(`anchored at entry 1, behind grant-module, run ${run.id.slice(0, 8)}.`);
  expect(await AuditAnchor.all(desk.databases.ledger)).toMatchObject([{ sequence: 1, hash, runId: run.id }]);
});

it('the terminal tells it the audit channel in one sentence, which verifies as it stands there', async () => {
  const told: string[] = [];
  const team = { tell: async (sentence: string) => void told.push(sentence) };
  expect(await anchorAfter(ports(), { team }, await dangerous())).toBe(true);
  const [anchor] = /\b\d+:[0-9a-f]{64}\b/.exec(told[0] ?? '') ?? [];
  expect(told[0]).toMatch(
    /^Anchor of the record \(test, 22 Nov 2026, 12:00 UTC\), behind grant-module, run [0-9a-f]{8}: /,
  );
  expect(said(await desk.types(TERMINAL, `audit-verify ${anchor}`))).toContain('The record is whole');
});

it('without a channel it is noted in the ledger alone', async () => {
  expect(await anchorAfter(ports(), undefined, await dangerous())).toBe(false);
  expect(await AuditAnchor.all(desk.databases.ledger)).toHaveLength(1);
  expect(notes.lines).toEqual([]);
});

it('what Slack does not take is logged, and the run is left in peace', async () => {
  const run = await dangerous();
  const team = {
    tell: async () => {
      throw new Error('Slack is down');
    },
  };
  expect(await anchorAfter(ports(), { team }, run)).toBe(false);
  expect(JSON.stringify(notes.lines)).toContain('the record could not be anchored behind a run');
});
