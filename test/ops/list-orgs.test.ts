import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, type Desk, OMAR, openDesk, said, TERMINAL, VERA } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('LHR', 'AMS', 'ZRH');
  await desk.types(OMAR, 'grant LHR work,assets until 2026-12-10');
  await desk.types(OMAR, 'grant AMS work');
  await desk.types(OMAR, 'grant AMS planning until 2027-12-31');
  await desk.types(OMAR, 'grant ZRH work until 2026-12-10');
  await desk.types(OMAR, 'revoke ZRH work because it is a test');
});
afterAll(() => desk.close());

async function listed(text: string): Promise<{ code: string; modules: { key: string }[] }[]> {
  const outcome = await desk.types(TERMINAL, text);
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  return (outcome.data as { organisations: { code: string; modules: { key: string }[] }[] }).organisations;
}

describe('the list', () => {
  it('is in the order of codes, with each organisation’s modules in the runbook’s order', async () => {
    const all = await listed('orgs');
    expect(all.map(({ code, modules }) => [code, ...modules.map(({ key }) => key)])).toEqual([
      ['AMS', 'work', 'planning'],
      ['LHR', 'assets', 'work'],
      ['ZRH', 'work'],
    ]);
  });

  it('as JSON has ISO times, or null for no end', async () => {
    const outcome = await desk.types(TERMINAL, 'orgs ams');
    const operation = desk.service.find('orgs');
    const json = JSON.parse(JSON.stringify(operation?.json?.((outcome as { data: unknown }).data)));
    expect(json).toEqual([
      {
        code: 'AMS',
        name: 'AMS Airport',
        createdAt: '2026-11-22T12:00:00.000Z',
        modules: [
          { key: 'work', status: 'active', validFrom: '2026-11-22T12:00:00.000Z', validUntil: null },
          {
            key: 'planning',
            status: 'active',
            validFrom: '2026-11-22T12:00:00.000Z',
            validUntil: '2027-12-31T23:59:59.999Z',
          },
        ],
      },
    ]);
  });

  it.each([
    ['orgs lh', ['LHR']],
    ['orgs airport', ['AMS', 'LHR', 'ZRH']],
    ['orgs % ', []],
    ["orgs ' OR 1=1", []],
    ['orgs --module work', ['AMS', 'LHR']],
    ['orgs --module planning', ['AMS']],
    ['orgs --expiring 30', ['LHR']],
    ['orgs --expiring 3000', ['AMS', 'LHR']],
    ['orgs --expiring 3000 --module work', ['LHR']],
    ['orgs --after AMS', ['LHR', 'ZRH']],
  ])('“%s” finds %j', async (text, codes) => {
    expect((await listed(text)).map(({ code }) => code)).toEqual(codes);
  });

  it('refuses what it cannot list by', async () => {
    expect(said(await desk.types(VERA, 'orgs --expiring soon'))).toContain('Give a number of days');
    expect(said(await desk.types(VERA, 'orgs --module wrok'))).toContain('Did you mean work?');
  });
});

describe('in Slack', () => {
  it('comes in pages of 20 that reach every organisation once', async () => {
    const codes = Array.from(
      { length: 45 },
      (_, i) => `Q${String.fromCharCode(65 + Math.floor(i / 26))}${String.fromCharCode(65 + (i % 26))}`,
    );
    await desk.airports(...codes);
    const seen: string[] = [];
    const operation = desk.service.find('orgs');
    if (!operation) throw new Error('no operation');
    for (let raw: Record<string, unknown> | undefined = { search: 'Q' }; raw; ) {
      const page = await desk.service.execute({ operation, actor: ADA, raw });
      if (page.kind !== 'done') throw new Error(said(page));
      const table = page.report.parts?.find((part) => part.kind === 'table');
      seen.push(...(table?.kind === 'table' ? table.rows.map(([code]) => code ?? '') : []));
      raw = page.report.offers?.find(({ label }) => label.startsWith('Next'))?.input;
    }
    expect(seen).toEqual(codes);
    await desk.platform("DELETE FROM public.organizations WHERE code LIKE 'Q%'");
  });

  it('says so when there is nothing', async () => {
    expect(said(await desk.types(VERA, 'orgs nowhere'))).toContain('No organisation matches.');
  });
});

it('shows one organisation with its ends, its last changes and what can be done', async () => {
  const outcome = await desk.types(OMAR, 'org zrh');
  expect(said(outcome)).toContain('ZRH (ZRH Airport): no access to any module');
  expect(said(outcome)).toContain('work suspended by slack:U0OMAR: it is a test (run ');
  expect(outcome.kind === 'done' && outcome.report.offers?.map(({ label }) => label)).toEqual(['Grant access']);
});

it('offers a viewer nothing that the policy would refuse', async () => {
  const outcome = await desk.types(VERA, 'org LHR');
  expect(outcome.kind === 'done' && outcome.report.offers).toEqual([]);
});

it('finds names whatever their accents and case, in lists, pickers and suggestions', async () => {
  const zurich = { id: 'z', code: 'ZZZ', name: 'Zürich Übersee', createdAt: desk.now, updatedAt: desk.now };
  await desk.databases.platform('public.organizations').insert(zurich);
  for (const typed of ['zurich', 'ZÜRICH', 'ubersee', 'Zu\u0308rich'])
    expect(await listed(`orgs ${typed}`)).toHaveLength(1);
  expect(said(await desk.types(OMAR, 'org Zurich'))).toContain('Did you mean ZZZ, Zürich Übersee?');
  await desk.platform("DELETE FROM public.organizations WHERE code = 'ZZZ'");
});

it('suggests organisations for a picker, the code as typed first', async () => {
  const grant = desk.service.find('grant');
  if (!grant) throw new Error('no operation');
  await desk.airports('LHA', 'AIR');
  expect((await desk.service.choices(grant, OMAR, 'air')).map(({ code }) => code)[0]).toBe('AIR');
  expect((await desk.service.choices(grant, OMAR, 'lh')).map(({ code }) => code)).toEqual(['LHA', 'LHR']);
  expect(await desk.service.choices(grant, OMAR, '')).toHaveLength(5);
  await expect(desk.service.choices(grant, VERA, 'lh')).rejects.toThrow('needs the role operator');
});
