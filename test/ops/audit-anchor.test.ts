import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { AuditAnchor } from '../../src/models/audit-anchor.ts';
import { AuditEntry } from '../../src/models/audit-entry.ts';
import type { Report } from '../../src/ops/service/report.ts';
import { ADA, type Desk, OMAR, openDesk, said, TERMINAL } from './desk.ts';
import { openScheduling } from './scheduling.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
  await desk.airports('LHR', 'AMS');
});
afterEach(() => desk.close());

const anchors = () => desk.ledger('SELECT sequence, hash, run_id FROM audit_anchors ORDER BY id');
/** Three changes on record. */
async function entries(): Promise<void> {
  for (const words of ['grant LHR work', 'grant LHR assets', 'grant AMS work']) await desk.types(OMAR, words);
}
/** What somebody who owns the ledger could do: switch the triggers off. */
async function tampered(sql: string): Promise<void> {
  const tables = ['audit_log', 'audit_anchors'];
  const triggers = (word: string) => tables.map((table) => `ALTER TABLE ${table} ${word} TRIGGER USER;`).join(' ');
  await desk.ledger(`${triggers('DISABLE')} ${sql}; ${triggers('ENABLE')}`);
}
async function verified(anchor = ''): Promise<string> {
  await desk.service.settled();
  return said(await desk.types(TERMINAL, `audit-verify ${anchor}`));
}
async function anchored(): Promise<{ text: string; report: Report }> {
  await desk.service.settled();
  const outcome = await desk.types(ADA, 'anchor');
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  const facts = outcome.report.parts?.find((part) => part.kind === 'facts');
  return { text: facts?.kind === 'facts' ? (facts.facts[0]?.[1] ?? '') : '', report: outcome.report };
}

describe('an anchor', () => {
  it('is the head of the record in full, with when, where, and how to verify with it', async () => {
    await entries();
    await desk.service.settled();
    const head = await AuditEntry.head(desk.databases.ledger);
    const { text, report } = await anchored();
    expect(text).toBe(`3:${head.hash}`);
    expect(report.title).toBe('The record of test is anchored at entry 3.');
    expect(report.parts?.[0]).toEqual({
      kind: 'facts',
      facts: [
        ['Anchor', text],
        ['Noted', '22 Nov 2026, 12:00 UTC'],
        ['Environment', 'test'],
      ],
    });
    expect(report.parts?.[1]).toMatchObject({
      text: expect.stringContaining(`“audit-verify ${text}”, in the terminal “pnpm ops:audit-verify ${text}”`),
    });
    const [run] = await desk.ledger("SELECT id FROM runs WHERE operation = 'audit-anchor'");
    expect(await anchors()).toEqual([{ sequence: '3', hash: head.hash, run_id: run?.id }]);
  });

  it('is for admins, and made while changes are frozen', async () => {
    expect((await desk.types(OMAR, 'anchor')).kind).toBe('denied');
    await desk.types(ADA, 'freeze because of a test');
    expect((await desk.types(ADA, 'anchor')).kind).toBe('done');
  });

  it('of an empty record says that it is empty', async () => {
    expect((await anchored()).report.title).toBe('The record of test is still empty.');
    expect(await verified()).toContain('The record is whole');
  });

  test.each(['UPDATE audit_anchors SET sequence = 1', 'DELETE FROM audit_anchors', 'TRUNCATE audit_anchors'])(
    'once noted takes no %s',
    async (sql) => {
      await anchored();
      await expect(desk.ledger(sql)).rejects.toThrow('audit_anchors takes no');
    },
  );
});

describe('audit-verify', () => {
  it('holds the record to every anchor that was noted, and names the newest', async () => {
    await entries();
    expect(await verified()).toContain('none yet');
    await anchored();
    await desk.types(OMAR, 'grant AMS assets');
    const { text } = await anchored();
    const answer = await verified(text);
    expect(answer).toContain('The record is whole');
    expect(answer).toContain('2 kept, all good; the newest has seen entry 6, on 22 Nov 2026, 12:00 UTC');
    expect(answer).toContain('good: entry 6 is what it has seen');
  });

  it('finds a tail that was cut below the last anchor, and names the first entry that is gone', async () => {
    await entries();
    await anchored();
    await desk.service.settled();
    await tampered('DELETE FROM audit_log WHERE sequence > 1');
    expect(await verified()).toContain('The record is broken at entry 2: an anchor has seen entries from here on');
  });

  it('finds it by the message that was kept, where the anchors of the ledger were cut as well', async () => {
    await entries();
    const { text } = await anchored();
    await desk.service.settled();
    await tampered('DELETE FROM audit_log WHERE sequence > 1; DELETE FROM audit_anchors');
    expect(await verified()).toContain('The record is whole: 1 entries');
    expect(await verified(text)).not.toContain('The record is whole');
  });

  it('finds a record that was written anew, though it is as long, from either', async () => {
    await entries();
    const { text } = await anchored();
    await desk.service.settled();
    await tampered('CREATE TABLE kept AS SELECT * FROM audit_log; TRUNCATE audit_log');
    await desk.databases.ledger.transaction(async (trx) => {
      const rows = await trx('kept').orderBy('sequence');
      const records = rows.map(({ sequence: _, previous_hash: __, hash: ___, ...row }) => ({
        at: row.at,
        runId: row.run_id,
        operation: row.operation,
        effect: row.effect,
        outcome: row.outcome,
        rule: row.rule,
        message: 'another',
        reference: row.reference,
        actorId: row.actor_id,
        actorName: row.actor_name,
        face: row.face,
        channel: row.channel,
        input: row.input,
        subjects: row.subjects,
        before: row.before,
        after: row.after,
      }));
      await AuditEntry.append(trx, records);
    });
    expect(await verified()).toContain('broken at entry 3: it is another than an anchor has seen');
    await tampered('DELETE FROM audit_anchors');
    expect(await verified()).toContain('The record is whole');
    expect(await verified(text)).toContain('broken at entry 3: it is another than an anchor has seen');
  });
});

describe('every night', () => {
  const NIGHTLY = {
    name: 'audit-anchor',
    cron: '5 0 * * *',
    timeZone: 'Europe/London',
    operation: 'audit-anchor',
    input: {},
    channel: 'C0AUDIT',
    catchUpMs: 86_400_000,
  };

  it('one anchor goes to the audit channel, over any number of replicas, frozen or not', async () => {
    const scheduling = await openScheduling({ entries: [NIGHTLY] });
    try {
      await scheduling.look('2026-11-22T12:00:00Z');
      await scheduling.desk.types(ADA, 'freeze because of a test');
      scheduling.desk.now = new Date('2026-11-23T00:05:00Z');
      await Promise.all(Array.from({ length: 4 }, () => scheduling.look()));
      expect(scheduling.posts).toMatchObject([
        { channel: 'C0AUDIT', report: { title: 'The record of test is anchored at entry 1.' } },
      ]);
      const [kept] = await AuditAnchor.all(scheduling.desk.databases.ledger);
      expect(JSON.stringify(scheduling.posts[0]?.report)).toContain(`1:${kept?.hash}`);
    } finally {
      await scheduling.close();
    }
  });
});
