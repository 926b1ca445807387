import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditEntry } from '../../src/models/audit-entry.ts';
import { ADA, type Desk, NILS, OMAR, openDesk, said, TERMINAL, VERA } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('LHR', 'AMS');
});
afterAll(() => desk.close());

async function verified(anchor = '') {
  await desk.service.settled();
  return said(await desk.types(TERMINAL, `audit-verify ${anchor}`));
}

describe('the audit', () => {
  it('holds every outcome: done, refused, denied, and failed', async () => {
    await desk.types(OMAR, 'grant LHR work until 2027-06-30');
    await desk.types(OMAR, 'grant LHR work until 2027-01-31');
    await desk.types(VERA, 'revoke LHR work because I want to');
    await desk.service.settled();
    await desk.types(NILS, 'orgs');
    await desk.service.settled();
    await desk.platform('ALTER TABLE entitlement.entitlements RENAME TO away');
    const failed = await desk.types(OMAR, 'grant LHR work');
    await desk.platform('ALTER TABLE entitlement.away RENAME TO entitlements');
    const rows = await desk.ledger(
      'SELECT operation, outcome, actor_name, rule, subjects FROM audit_log ORDER BY sequence',
    );
    expect(rows).toEqual([
      { operation: 'grant-module', outcome: 'done', actor_name: 'Omar', rule: null, subjects: ['LHR'] },
      { operation: 'grant-module', outcome: 'refused', actor_name: 'Omar', rule: null, subjects: ['LHR'] },
      { operation: 'revoke-module', outcome: 'denied', actor_name: 'Vera', rule: 'role.operator', subjects: ['LHR'] },
      { operation: 'list-orgs', outcome: 'denied', actor_name: 'Nils', rule: 'unlisted', subjects: [] },
      { operation: 'grant-module', outcome: 'failed', actor_name: 'Omar', rule: null, subjects: ['LHR'] },
    ]);
    expect(failed.kind).toBe('failed');
  });

  it('keeps what was there before a change, and what after', async () => {
    await desk.types(OMAR, 'grant LHR work,assets until 2027-12-31');
    const [row] = await desk.ledger(
      "SELECT before, after FROM audit_log WHERE outcome = 'done' ORDER BY sequence DESC LIMIT 1",
    );
    const until = '2027-12-31T23:59:59.999Z';
    expect(row).toEqual({
      before: { assets: null, work: { status: 'active', validUntil: '2027-06-30T23:59:59.999Z' } },
      after: { assets: { status: 'active', validUntil: until }, work: { status: 'active', validUntil: until } },
    });
  });

  it.each(['UPDATE audit_log SET actor_id = NULL', 'DELETE FROM audit_log', 'TRUNCATE audit_log'])(
    'takes no %s',
    async (sql) => {
      await expect(desk.ledger(sql)).rejects.toThrow('rows are added, and stay');
    },
  );

  it('keeps one chain whatever is written at once', async () => {
    const asks = Array.from({ length: 40 }, (_, i) =>
      desk.types(i % 2 ? OMAR : TERMINAL, i % 3 ? 'org LHR' : 'grant AMS work'),
    );
    await Promise.all(asks);
    expect(await verified()).toContain('The record is whole');
  });

  it('is for admins', async () => {
    expect((await desk.types(OMAR, 'audit')).kind).toBe('denied');
    expect((await desk.types(OMAR, 'audit-verify')).kind).toBe('denied');
    expect((await desk.types(ADA, 'audit')).kind).toBe('done');
  });
});

describe('looking things up', () => {
  const found = async (text: string) => {
    await desk.service.settled();
    const outcome = await desk.types(TERMINAL, text);
    if (outcome.kind !== 'done') throw new Error(said(outcome));
    return (outcome.data as { entries: { operation: string; actorName: string; subjects: string[] }[] }).entries;
  };

  it('finds what happened to an organisation, by whom, and since when', async () => {
    expect((await found('audit AMS')).every(({ subjects }) => subjects.includes('AMS'))).toBe(true);
    expect((await found('audit @vera')).map(({ operation }) => operation)).toEqual(['revoke-module']);
    expect(await found('audit lhr @vera since yesterday')).toHaveLength(1);
    expect((await found('audit slack:U0NILS')).map(({ operation }) => operation)).toEqual(['list-orgs']);
    desk.now = new Date('2026-11-30T12:00:00Z');
    await desk.types(OMAR, 'org AMS');
    expect((await found('audit AMS since 3 days')).map(({ operation }) => operation)).toEqual(['show-org']);
    expect((await found('audit AMS since 2026-11-01')).length).toBeGreaterThan(1);
    desk.now = new Date('2026-11-22T12:00:00Z');
  });

  it('pages from the newest to the first in Slack, each entry once', async () => {
    const seen: string[] = [];
    const operation = desk.service.find('audit');
    if (!operation) throw new Error('no operation');
    for (let raw: Record<string, unknown> | undefined = { since: 'today', about: '@omar' }; raw; ) {
      const page = await desk.service.execute({ operation, actor: ADA, raw });
      if (page.kind !== 'done') throw new Error(said(page));
      const table = page.report.parts?.find((part) => part.kind === 'table');
      seen.push(...(table?.kind === 'table' ? table.rows.map(([number]) => number ?? '') : []));
      raw = page.report.offers?.[0]?.input as Record<string, unknown> | undefined;
    }
    const [all] = await desk.ledger("SELECT count(*)::int AS n FROM audit_log WHERE actor_name = 'Omar'");
    expect(seen).toHaveLength(Number(all?.n));
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => Number(b) - Number(a)));
  });

  it('says what it did not understand', async () => {
    expect(said(await desk.types(ADA, 'audit Heathrow'))).toContain('neither an organisation’s code');
    expect(said(await desk.types(ADA, 'audit since tomorrow'))).toContain('is no time to look back to');
    expect(said(await desk.types(ADA, 'audit-verify 12:abc'))).toContain('An anchor is a number');
  });
});

describe('somebody who owns the database', () => {
  /** What an intruder with every right could do: switch the triggers off. */
  const tampered = async (sql: string) => {
    await desk.service.settled();
    await desk.ledger(`ALTER TABLE audit_log DISABLE TRIGGER USER; ${sql}; ALTER TABLE audit_log ENABLE TRIGGER USER`);
  };

  it('changes one byte, and the row is named', async () => {
    await tampered("UPDATE audit_log SET message = 'x' WHERE sequence = 7");
    expect(await verified()).toContain('The record is broken at entry 7: it is not what was written.');
    await tampered('UPDATE audit_log SET message = NULL WHERE sequence = 7');
    expect(await verified()).toContain('The record is whole');
  });

  it('removes a row, and its place is named', async () => {
    await tampered(
      'CREATE TABLE kept AS SELECT * FROM audit_log WHERE sequence = 9; DELETE FROM audit_log WHERE sequence = 9',
    );
    expect(await verified()).toContain('The record is broken at entry 9: it is not there.');
    await tampered('INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept');
  });

  it('cuts the tail, and whoever noted the head sees it', async () => {
    await desk.service.settled();
    const head = await AuditEntry.head(desk.databases.ledger);
    const anchor = `${head.sequence}:${head.hash}`;
    expect(await verified(anchor)).toContain('The record is whole');
    await tampered(`DELETE FROM audit_log WHERE sequence > ${head.sequence - 3}`);
    expect(await verified(anchor)).toContain(`The record is broken at entry`);
  });
});
