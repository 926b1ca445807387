// 17,576 organisations with three modules each: CapOps' list beside a bare pg client reading the same rows, same process.
import { Client } from 'pg';
import { openDatabases } from '../src/adapters/databases.ts';
import { listOrganisations } from '../src/models/organisation-list.ts';
import { fill, judge, median, openGround } from './ground.ts';

const ROUNDS = 15;

const ground = await openGround();
const config = await ground.databases('bench_list');
await fill(config.databaseUrl, ['assets', 'work', 'planning']);

const bare = new Client({ connectionString: config.databaseUrl });
await bare.connect();
const { databases, close } = openDatabases(config);
let queries = 0;
databases.platform.on('query', () => queries++);

async function readBare(): Promise<number> {
  const organisations = await bare.query('SELECT id, code, name, "createdAt" FROM public.organizations ORDER BY code');
  const access = await bare.query(
    'SELECT organization_id, module_key, status, valid_from, valid_until FROM entitlement.entitlements',
  );
  return organisations.rows.length + access.rows.length;
}

async function readOurs(): Promise<number> {
  queries = 0;
  const organisations = await listOrganisations(databases.platform, { now: new Date() });
  return organisations.length + organisations.reduce((sum, { modules }) => sum + modules.length, 0);
}

const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, read] of [
    ['bare', readBare],
    ['ours', readOurs],
  ] as const) {
    const begun = performance.now();
    const rows = await read();
    times[name].push(performance.now() - begun);
    if (rows !== 17_576 * 4) throw new Error(`${name} read ${rows} rows`);
  }
}

console.log(
  `bare pg ${median(times.bare).toFixed(0)} ms, CapOps ${median(times.ours).toFixed(0)} ms, median of ${ROUNDS}`,
);
judge('list: time, ratio to bare pg', median(times.ours) / median(times.bare), { atMost: 2 });
judge('list: queries', queries, { atMost: 2 });
await Promise.all([bare.end(), close()]);
await ground.stop();
