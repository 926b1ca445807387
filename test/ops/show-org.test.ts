import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, OMAR, openDesk, said, VERA } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk({ settings: { timeZone: 'Europe/London' } });
  await desk.airports('LHR');
});
afterAll(() => desk.close());
beforeEach(() => desk.platform('TRUNCATE entitlement.entitlements, entitlement.entitlement_audits'));

async function shown(actor = OMAR) {
  const outcome = await desk.types(actor, 'org lhr');
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  return outcome.report;
}

describe('an organisation', () => {
  it('is shown with its access, each end in the configured zone, and who changed what, newest first', async () => {
    await desk.types(OMAR, 'grant LHR work until 2027-07-31');
    desk.now = new Date(desk.now.getTime() + 60_000);
    const { runId } = await desk.types(OMAR, 'revoke LHR work because the contract ended');
    await desk.types(OMAR, 'grant LHR assets');
    const { title, parts = [] } = await shown();
    expect(title).toBe('LHR (LHR Airport): access to 1 module');
    const [table, , changes] = parts;
    expect(table?.kind === 'table' && table.rows).toEqual([
      ['assets', 'no end', '22 Nov 2026'],
      ['work', 'suspended', '22 Nov 2026'],
    ]);
    const items = changes?.kind === 'list' ? changes.items : [];
    expect(items).toContain(
      `22 Nov 2026, 12:01 Europe/London: work suspended by slack:U0OMAR: the contract ended (run ${runId.slice(0, 8)})`,
    );
    expect(items.at(-1)).toMatch(/^22 Nov 2026, 12:00 Europe\/London: work created by slack:U0OMAR/);
  });

  it('that was never granted anything says since when it is there', async () => {
    expect((await shown()).parts).toEqual([
      { kind: 'text', text: 'Created 22 Nov 2026; it was never granted a module.' },
    ]);
  });

  it('offers to take away what is open, and nothing to those who may only look', async () => {
    await desk.types(OMAR, 'grant LHR work,assets');
    expect((await shown()).offers?.map(({ label, input }) => [label, input])).toEqual([
      ['Grant access', { org: 'LHR' }],
      ['Revoke access', { org: 'LHR', module: 'assets,work' }],
    ]);
    expect((await shown(VERA)).offers).toEqual([]);
  });
});

it('an end that somebody set to infinity by hand is no end, wherever it is read', async () => {
  await desk.types(OMAR, 'grant LHR work until 2027-07-31');
  await desk.platform("UPDATE entitlement.entitlements SET valid_until = 'infinity'");
  expect(JSON.stringify((await shown()).parts)).toContain('"work","no end"');
  expect(said(await desk.types(OMAR, 'orgs'))).toContain('work (no end)');
  expect(said(await desk.types(OMAR, 'grant LHR work'))).toContain('already. Nothing was changed.');
  expect(said(await desk.types(OMAR, 'grant LHR work until 2027-07-31'))).toContain('LHR Airport) has work (no end)');
  const content = ['name,code,modules\nLHR Airport,LHR,work\n'].map((text) => Buffer.from(text));
  const openFile = async () => ({
    name: 'a.csv',
    sizeBytes: 50,
    content: (async function* () {
      yield* content;
    })(),
  });
  expect(said(await desk.types(OMAR, 'import a.csv', { openFile }))).toContain('Everything in a.csv is there already');
});
