import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabases } from '../../src/adapters/databases.ts';
import { migrateAll } from '../../src/adapters/migrations.ts';
import { queueForImport } from '../../src/models/bulk-import.ts';
import { bulkImport } from '../../src/ops/bulk-import.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService, type OpsService, type Outcome, type Request } from '../../src/ops/service/service.ts';
import type { AccessCache, Actor, Databases, Ports } from '../../src/ports.ts';
import { createPlatformDatabase, type PlatformDatabase } from '../setup/database.ts';

const ada: Actor = { id: 'cli:ada@desk', name: 'Ada', face: 'terminal', osUser: 'ada' };
const silence = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let database: PlatformDatabase;
let databases: Databases;
let close: () => Promise<void>;
let service: OpsService;

beforeEach(async () => {
  database = await createPlatformDatabase({ shape: 'platform', ledger: 'empty' });
  const addresses = { databaseUrl: database.platformUrl, ledgerDatabaseUrl: database.ledgerUrl, ledgerIsDerived: true };
  await migrateAll(addresses, () => undefined);
  ({ databases, close } = openDatabases(addresses));
  service = serviceWith(undefined);
});

afterEach(async () => {
  await service.settled();
  await close();
  await database.drop();
});

function serviceWith(cache: AccessCache | undefined): OpsService {
  const ports: Ports = {
    databases,
    cache,
    directory: undefined,
    clock: { now: () => new Date() },
    log: silence,
    settings: { environment: 'test', timeZone: 'UTC', policy: undefined },
  };
  return createService(ports, OPERATIONS);
}

type Asking = {
  skipInvalid?: boolean;
  confirmation?: string | undefined;
  requestKey?: string;
  name?: string;
  progress?: Request['progress'];
};

function ask(
  content: string | Buffer,
  { skipInvalid, confirmation, requestKey, name = 'airports.csv', progress }: Asking = {},
): Promise<Outcome> {
  const bytes = Buffer.from(content as string);
  return service.execute({
    operation: bulkImport,
    actor: ada,
    raw: { file: name, ...(skipInvalid ? { skipInvalid } : {}) },
    ...(confirmation ? { confirmation } : {}),
    ...(requestKey ? { requestKey } : {}),
    ...(progress ? { progress } : {}),
    openFile: async () => ({
      name,
      sizeBytes: bytes.length,
      content: (async function* () {
        yield bytes;
      })(),
    }),
  });
}

async function previewed(content: string | Buffer, asking: Asking = {}) {
  const outcome = await ask(content, asking);
  if (outcome.kind !== 'preview') throw new Error(`No preview: ${JSON.stringify(outcome)}`);
  return outcome;
}

async function imported(content: string | Buffer, asking: Asking = {}) {
  const { confirmation } = await previewed(content, asking);
  const outcome = await ask(content, { ...asking, confirmation });
  if (outcome.kind !== 'done') throw new Error(`Not done: ${JSON.stringify(outcome)}`);
  return outcome;
}

async function access(): Promise<string[]> {
  const { rows } = await databases.platform.raw(
    `SELECT code || ' ' || name || ' ' || coalesce(string_agg(module_key || coalesce(' ' || nullif(status, 'active'), ''), ',' ORDER BY module_key), '') AS line
       FROM organizations o LEFT JOIN entitlement.entitlements e ON e.organization_id = o.id GROUP BY o.id ORDER BY code`,
  );
  return rows.map(({ line }: { line: string }) => line.trim());
}

async function count(table: string): Promise<number> {
  const { rows } = await databases.platform.raw(`SELECT count(*)::int AS count FROM ${table}`);
  return rows[0].count;
}

async function present(code: string, modules: Record<string, string>): Promise<void> {
  await databases.platform.raw(`INSERT INTO organizations (id, name, code, "updatedAt") VALUES (?, ?, ?, now())`, [
    code,
    `Present ${code}`,
    code,
  ]);
  for (const [key, status] of Object.entries(modules)) {
    await databases.platform.raw(
      'INSERT INTO entitlement.entitlements (id, organization_id, module_key, status, updated_at) VALUES (?, ?, ?, ?, now())',
      [`${code}-${key}`, code, key, status],
    );
  }
}

const TWO = 'name,code,modules\nLondon Heathrow,LHR,"work,assets"\nParis Orly,ory,planning\n';

describe('importing', () => {
  test('creates organisations with their modules, and each change leaves the platform’s own traces', async () => {
    const { report, runId } = await imported(TWO);
    expect(report).toMatchObject({
      tone: 'done',
      title: 'Imported 2 organisations from airports.csv.',
      announcement: 'imported 2 organisations with 3 modules from a file',
    });
    expect(await access()).toEqual(['LHR London Heathrow assets,work', 'ORY Paris Orly planning']);
    const { rows } = await databases.platform.raw(
      `SELECT a.action, a.previous_value, a.new_value, a.performed_by, a.reason, a.organization_id = e.organization_id AS same,
              e.valid_until, e.created_by, abs(extract(epoch FROM e.valid_from - (now() AT TIME ZONE 'UTC'))) < 60 AS now
         FROM entitlement.entitlement_audits a JOIN entitlement.entitlements e ON e.id = a.entitlement_id`,
    );
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      action: 'created',
      previous_value: null,
      new_value: { status: 'active', validUntil: null },
      performed_by: ada.id,
      reason: `Imported from airports.csv through CapOps [run ${runId}]`,
      same: true,
      valid_until: null,
      created_by: ada.id,
      now: true,
    });
    const logs = await databases.platform.raw(
      'SELECT entity_type, action, changes, performed_by FROM audit_logs ORDER BY changes->>?',
      ['code'],
    );
    expect(logs.rows[0]).toMatchObject({
      entity_type: 'organization',
      action: 'created',
      performed_by: ada.id,
      changes: { code: 'LHR', name: 'London Heathrow' },
    });
    expect(logs.rows).toHaveLength(2);
  });

  test('works where the platform has no audit_logs', async () => {
    await databases.platform.raw('DROP TABLE audit_logs');
    await imported(TWO);
    expect(await access()).toHaveLength(2);
  });

  test('gives organisations that exist their missing modules and takes nothing away', async () => {
    await present('LHR', { planning: 'active', work: 'suspended' });
    const { report } = await imported(TWO);
    expect(report.title).toBe('Imported 1 organisation and added 1 module to 1 other from airports.csv.');
    expect(report.parts).toContainEqual({
      kind: 'list',
      items: ['LHR stays “Present LHR”; the file says “London Heathrow”.'],
    });
    expect(report.parts).toContainEqual({
      kind: 'commands',
      commands: [{ words: 'grant LHR work', summary: 'LHR’s access to work is suspended' }],
    });
    expect(report.parts?.[0]).toEqual({
      kind: 'facts',
      facts: [
        ['Lines', '2'],
        ['Created', '1 organisation with 1 module'],
        ['Added', '1 module to 1 organisation'],
        ['Names kept', '1 organisation'],
        ['Access kept as it is', '1 module'],
      ],
    });
    expect(await access()).toEqual(['LHR Present LHR assets,planning,work suspended', 'ORY Paris Orly planning']);
  });

  test('is all or nothing: a failure in the middle leaves no row', async () => {
    await databases.platform.raw(
      "ALTER TABLE entitlement.entitlement_audits ADD CONSTRAINT broken CHECK (module_key <> 'planning')",
    );
    const { confirmation } = await previewed(TWO);
    const outcome = await ask(TWO, { confirmation });
    expect(outcome.kind).toBe('failed');
    expect(await access()).toEqual([]);
    expect(await count('audit_logs')).toBe(0);
  });

  test('again changes nothing and asks nothing', async () => {
    await imported(TWO);
    const again = await previewed(TWO);
    expect(again).toMatchObject({ confirmation: undefined, report: { tone: 'unchanged' } });
    expect(await count('entitlement.entitlement_audits')).toBe(3);
  });

  test('twice at once creates everything once, and the slower one says so', async () => {
    const { confirmation } = await previewed(TWO);
    const outcomes = await Promise.all([ask(TWO, { confirmation }), ask(TWO, { confirmation })]);
    const tones = outcomes.map((outcome) =>
      outcome.kind === 'failed' ? 'failed' : 'report' in outcome ? outcome.report.tone : 'refused',
    );
    expect(tones.toSorted()).toEqual(['done', 'unchanged']);
    expect(await count('organizations')).toBe(2);
    expect(await count('entitlement.entitlement_audits')).toBe(3);
    expect(await count('audit_logs')).toBe(2);
  });

  test('does nothing but preview anew when somebody creates one of its organisations in the very moment', async () => {
    const { confirmation } = await previewed(TWO);
    const other = await databases.platform.transaction();
    await other.raw(
      `INSERT INTO organizations (id, name, code, "updatedAt") VALUES ('x', 'London Heathrow', 'LHR', now())`,
    );
    const importing = ask(TWO, { confirmation });
    await expect.poll(waiting).toBe(1);
    await other.commit();
    const outcome = await importing;
    expect(outcome).toMatchObject({ kind: 'preview', moved: true });
    expect(await count('organizations')).toBe(1);
    const again = outcome.kind === 'preview' ? outcome.confirmation : undefined;
    expect(await ask(TWO, again ? { confirmation: again } : {})).toMatchObject({
      kind: 'done',
      report: { title: 'Imported 1 organisation and added 2 modules to 1 other from airports.csv.' },
    });
    expect(await access()).toEqual(['LHR London Heathrow assets,work', 'ORY Paris Orly planning']);
  });

  test('waits for another import, and says so when that takes too long', async () => {
    const { confirmation } = await previewed(TWO);
    const other = await databases.platform.transaction();
    await queueForImport(other);
    const outcome = await ask(TWO, { confirmation });
    await other.rollback();
    expect(outcome).toMatchObject({ kind: 'refused', error: { message: expect.stringContaining('Another import') } });
    expect(await count('organizations')).toBe(0);
  });

  test('leaves names that look like formulas, SQL or markup as they are', async () => {
    const names = [
      '=HYPERLINK("http://x","y")',
      '+1',
      "'); DROP TABLE organizations; --",
      '\\copy',
      '{a,b}',
      'مطار الملك خالد',
      '🛫 “Ada” & <b>',
      'NULL',
      '?:id :name $1',
    ];
    const rows = names.map((name, at) => `"${name.replaceAll('"', '""')}",AA${'ABCDEFGHI'[at]},`);
    await imported(`name,code,modules\n${rows.join('\n')}`);
    const { rows: found } = await databases.platform.raw('SELECT name FROM organizations ORDER BY code');
    expect(found.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  test('says how far it is', async () => {
    const seen: unknown[] = [];
    await imported(TWO, { progress: (progress) => seen.push(progress) });
    expect(seen).toContainEqual({ phase: 'Importing', done: 0, total: 2 });
    expect(seen.at(-1)).toEqual({ phase: 'Importing', done: 2, total: 2 });
  });

  test('makes the platform’s cache forget what was changed, and says when it cannot', async () => {
    await present('LHR', {});
    const forgotten: unknown[] = [];
    service = serviceWith({
      forget: async (changed) => void forgotten.push(...changed),
      forgetAll: async () => undefined,
      close: async () => undefined,
    });
    await imported(TWO);
    expect(forgotten).toEqual([
      { organisationId: 'LHR', moduleKeys: ['assets', 'work'] },
      { organisationId: expect.any(String), moduleKeys: ['planning'] },
    ]);
    service = serviceWith({
      forget: () => Promise.reject(new Error('down')),
      forgetAll: async () => undefined,
      close: async () => undefined,
    });
    const { report } = await imported('name,code,modules\nGatwick,LGW,work');
    expect(report.tone).toBe('done');
    expect(JSON.stringify(report.parts)).toContain('cache (Redis) does not answer');
  });
});

async function waiting(): Promise<number> {
  const { rows } = await databases.platform.raw('SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted');
  return rows[0].count;
}

describe('a file with problems', () => {
  const MIXED = 'name;code;modules\r\n=1+1;LHRX;work\r\nGatwick;LGW;"assets|work"\r\nLuton;LTN;wrok';

  test('is not imported, and the preview says where, what and how to go on', async () => {
    const preview = await previewed(MIXED);
    expect(preview).toMatchObject({ confirmation: undefined, confirmLabel: undefined });
    expect(preview.report).toMatchObject({
      tone: 'attention',
      title: 'airports.csv has 2 problems in 2 lines. Nothing will be imported like this.',
      offers: [
        { label: 'Leave out 2 lines', operation: 'bulk-import', input: { file: 'airports.csv', skipInvalid: true } },
      ],
    });
    expect(preview.report.parts).toContainEqual(
      expect.objectContaining({
        kind: 'table',
        rows: [
          ['2', 'code', 'LHRX', 'An airport’s IATA code is three letters, such as LHR; found “LHRX”.'],
          ['4', 'modules', 'wrok', expect.stringContaining('Did you mean work?')],
        ],
      }),
    );
    expect(await count('organizations')).toBe(0);
  });

  test('is imported without its bad lines where asked, and those come back untouched', async () => {
    const { report } = await imported(MIXED, { skipInvalid: true });
    expect(report).toMatchObject({
      tone: 'attention',
      title: 'Imported 1 organisation from airports.csv; 2 lines were left out.',
    });
    expect(report.attachments?.map(({ name, content }) => [name, content])).toEqual([
      ['airports.rejected.csv', 'name;code;modules\n=1+1;LHRX;work\nLuton;LTN;wrok\n'],
    ]);
    expect(await access()).toEqual(['LGW Gatwick assets,work']);
  });

  test('that is all bad has nothing to leave out', async () => {
    const { report, confirmation } = await previewed('name,code,modules\nx,1,y', { skipInvalid: true });
    expect(confirmation).toBeUndefined();
    expect(report).toMatchObject({
      tone: 'attention',
      title: 'airports.csv has no line that can be imported: 2 problems in 1 line.',
    });
  });

  test('of 40,000 lines lists ten and gives a file with all, harmless in a spreadsheet', async () => {
    const lines = Array.from({ length: 40_000 }, (_, at) => `Airport,=${at},work`);
    const { report } = await previewed(`name,code,modules\n${lines.join('\n')}`);
    const table = report.parts?.find((part) => part.kind === 'table');
    expect(table?.kind === 'table' && table.rows).toHaveLength(10);
    const all =
      report.attachments
        ?.find(({ name }) => name === 'airports.problems.csv')
        ?.content.trimEnd()
        .split('\n') ?? [];
    expect(all).toHaveLength(40_001);
    expect(all[40_000]).toMatch(/^40001,code,'=39999,/);
    expect(JSON.stringify({ ...report, attachments: [] }).length).toBeLessThan(10_000);
  });
});

describe('a confirmation', () => {
  test('names the act', async () => {
    await present('LHR', {});
    expect((await previewed(TWO)).confirmLabel).toBe('Import 1 organisation and add 2 modules to 1 other');
  });

  test('is worth nothing once what would be done has changed', async () => {
    const { confirmation } = await previewed(TWO);
    await present('LHR', { work: 'active' });
    const outcome = await ask(TWO, { confirmation });
    expect(outcome).toMatchObject({ kind: 'preview', moved: true });
    expect(await count('organizations')).toBe(1);
  });

  test('is worth nothing for another file', async () => {
    const { confirmation } = await previewed(TWO);
    expect(await ask(TWO.replace('Paris', 'paris'), { confirmation })).toMatchObject({ kind: 'preview', moved: true });
  });

  test('delivered again, also late, is answered with what the first one did', async () => {
    const { confirmation } = await previewed(TWO);
    const first = await ask(TWO, { confirmation, requestKey: 'click:1' });
    const late = await ask(TWO, { confirmation, requestKey: 'click:1' });
    expect(late).toMatchObject({ kind: 'done', repeated: true, runId: first.runId });
    expect(await count('organizations')).toBe(2);
  });

  test('holds when somebody else’s organisation changed', async () => {
    const { confirmation } = await previewed(TWO);
    await present('JFK', { work: 'active' });
    expect((await ask(TWO, { confirmation })).kind).toBe('done');
  });
});

test('a file that is no CSV is refused, and why', async () => {
  const outcome = await ask(Buffer.from('PK\x03\x04rest'), { name: 'airports.xlsx' });
  expect(outcome).toMatchObject({ kind: 'refused', error: { message: expect.stringContaining('Excel workbook') } });
});

test('a file’s name is its own only: no folder, nothing that cannot be shown', async () => {
  const { report } = await imported('name,code,modules\nx,1,y\nGatwick,LGW,', {
    skipInvalid: true,
    name: '../../etc/\u202eair.csv',
  });
  expect(report.attachments?.[0]?.name).toBe('air.rejected.csv');
});
