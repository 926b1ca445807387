import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/ops/index.ts';
import type { Actor } from '../../src/ports.ts';
import { OMAR } from '../ops/desk.ts';
import { json } from '../setup/http-service.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { type OutageGround, openOutageGround, slackAnswers } from './ground.ts';
import { LINES } from './lines.ts';
import { OUTAGES, type OutageName } from './outages.ts';
import { type Found, play } from './play.ts';
import { table } from './table.ts';

// Every operation that is there for emergencies is asked for while something it may need is out, or says nothing.

const names = Object.keys(OUTAGES) as OutageName[];
const needsDocker = (operation: string) => ['services', 'restart', 'logs'].includes(operation);
const found = new Map<string, ReadonlyMap<string, Found>>();
let ground: OutageGround | undefined;

beforeAll(async () => {
  const opened = await openOutageGround();
  ground = opened;
  const create = opened.service.find('create-org');
  if (create) await opened.service.execute({ operation: create, actor: OMAR, raw: { code: 'LHR', name: 'Heathrow' } });
  for (const name of names) found.set(name, await play(opened, name, LINES));
}, 200_000);

async function ask(sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: ground?.databases.ledgerUrl });
  await client.connect();
  const { rows } = await client.query(sql).finally(() => client.end());
  return rows;
}

afterAll(async () => {
  process.stdout.write(`${table(found, Object.keys(LINES))}\n`);
  await ground?.close();
});

describe.each(names)('while %s', (outage) => {
  it.for(Object.keys(LINES))('%s works, or says what is missing, within 5 s', (operation, { skip }) => {
    if (needsDocker(operation) && !ground?.engine) skip('needs Docker');
    expect(found.get(outage)?.get(operation)?.faults).toEqual([]);
  });
});

it.for([
  ['restart', 4],
  ['end-session', 2],
  ['emergency-access', 2],
  ['end-emergency-access', 2],
] as const)('what %s did without the ledger stands in the audit afterwards', async ([operation, times], { skip }) => {
  if (needsDocker(operation) && !ground?.engine) skip('needs Docker');
  const done = await ask(
    `SELECT 1 FROM audit_log a JOIN runs r ON r.id = a.run_id AND r.state = a.outcome
     WHERE a.operation = '${operation}' AND a.outcome = 'done' AND a.message LIKE '%Kept in the emergency journal%'`,
  );
  expect(done.length).toBeGreaterThanOrEqual(times);
});

it('whatever was asked for during any outage, be it read or refused, stands in the audit at its time', async () => {
  await ground?.service.settled();
  const rows = await ask(
    `SELECT r.operation, count(*) >= ${names.length} AS "areAll", bool_and(a.run_id IS NOT NULL OR r.finished_at IS NULL) AS audited,
       bool_or(a.message LIKE '%Kept in the emergency journal%' AND a.at = r.finished_at) AS kept
     FROM runs r LEFT JOIN audit_log a ON r.id = a.run_id GROUP BY r.operation`,
  );
  const played = Object.keys(LINES).filter((operation) => ground?.engine || !needsDocker(operation));
  const wanted = played.map((operation) => ({ operation, areAll: true, audited: true, kept: true }));
  expect(rows).toEqual(expect.arrayContaining(wanted));
});

it('while Slack says 500, members of a group are let in for 60 s, and those whom the file names by id from then on', async () => {
  if (!ground) throw new Error('there is no ground');
  const { service, slack, turn } = ground;
  const gina = { ...OMAR, id: 'slack:U0GINA', slack: { userId: 'U0GINA', teamId: 'T0TEAM', channelId: 'C0OPS' } };
  const as = async (actor: Actor) => {
    const operation = service.find('runs');
    return operation && (await service.execute({ operation, actor, raw: {} })).kind;
  };
  turn(120_000);
  expect(await as(gina)).toBe('done');
  slack.answer = json({ ok: false }, 500);
  turn(30_000);
  expect(await as(gina)).toBe('done');
  turn(31_000);
  expect([await as(gina), await as(OMAR)]).toEqual(['denied', 'done']);
  slack.answer = slackAnswers;
  turn(4_000);
  expect(await as(gina)).toBe('done');
});

it('nothing is left in the emergency journal', () => {
  expect(readdirSync(join(ground?.folder ?? '', 'state'))).toEqual([]);
});

it('docs/outages.md says the same', () => {
  const page = readFileSync(join(PROJECT_ROOT, 'docs/outages.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\S+)` +\|(.*)\|$/gm)].map(([, operation = '', cells = '']) => [
    operation,
    cells.split('|').map((cell) => cell.trim()),
  ]);
  const things = [...new Set(Object.values(OUTAGES).map(({ thing }) => thing))];
  const wordsOf = (operation: string, thing: string) => {
    const outages = names.filter((name) => OUTAGES[name].thing === thing);
    return [...new Set(outages.map((name) => found.get(name)?.get(operation)?.words))].join(' or ');
  };
  const played = Object.keys(LINES).map((operation) => [operation, things.map((thing) => wordsOf(operation, thing))]);
  expect(rows).toEqual(played);
});

it('every operation that runs in an emergency stands in the table', () => {
  const made = OPERATIONS.filter(({ emergency, evenWhenDown }) => emergency || evenWhenDown);
  expect(made.map(({ name }) => name).filter((name) => !Object.hasOwn(LINES, name))).toEqual([]);
});
