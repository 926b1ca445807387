import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { seedAirports } from './demo/airports.ts';
import { type Ground, migrate, startCapOps } from './demo/capops.ts';
import { demoFolder, openFolder, writePolicy, writeTrace } from './demo/folder.ts';
import { manifestCommands } from './demo/manifest.ts';
import type { Running } from './demo/programs.ts';
import { startServices } from './demo/services.ts';
import { startLocalSlack } from './local-slack.ts';
import { cachedPage } from './page-build.ts';
import { pageRoutes } from './page-server.ts';
import { freePort, startPostgres } from './postgres.ts';

const ROOT = join(import.meta.dirname, '..');
const DATABASE = 'capacity_planner';

/** What was started, to be ended in reverse. */
const ends: (() => Promise<void>)[] = [];

async function demo(): Promise<Running> {
  const { reset, data } = options();
  const folder = demoFolder(data);
  const trace = openFolder(folder, reset);
  const policy = writePolicy(folder);
  const pageBuilt = cachedPage(folder);
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    persistent: true,
    ...(trace.postgresPort ? { port: trace.postgresPort } : {}),
  });
  ends.push(() => postgres.stop());
  const database = await createDatabase(postgres.url);
  const services = await startServices(database);
  ends.push(() => services.close());
  const ground = { database, services, policy, folder };
  await migrate(ground);
  await seedAirports(database);

  const routes = pageRoutes(await pageBuilt, manifestCommands(ROOT));
  const slack = await startLocalSlack({ port: await freePort(trace.pagePort), routes });
  ends.push(() => slack.close());
  const bot = await startCapOps(ground, slack);
  ends.push(() => bot.stop());
  const pagePort = Number(new URL(slack.url).port);
  writeTrace(folder, { ...trace, bot: bot.pid, pagePort, postgresPort: postgres.port });
  welcome(slack.url, ground);
  return bot;
}

function options(): { reset: boolean; data: string } {
  const { values } = parseArgs({ options: { reset: { type: 'boolean' }, data: { type: 'string' } } });
  return { reset: values.reset ?? false, data: values.data ?? join(ROOT, '.capops-demo') };
}

async function createDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
  await client.end();
  return url.replace(/postgres$/, DATABASE);
}

function welcome(url: string, { database, folder }: Ground): void {
  console.log(`
  CapOps is ready in the local Slack:  ${url}

  Type there:  /capops                                   what you may do
               /capops grant LHR work until 2030-03-31   gives London Heathrow access; then look at /capops org LHR
               /capops health                            whether everything answers

  The terminal, on the same demo:
    DATABASE_URL='${database}' CAPOPS_FOLDER='${folder}' npx -y pnpm@10 ops org LHR

  Its data stays in ${folder}; --reset starts anew. Ctrl-C ends it.
`);
}

let ending: Promise<void> | undefined;

/** Ends what was started, last first. Ctrl-C twice does not end it twice. */
function endAll(): Promise<void> {
  ending ??= (async () => {
    for (const end of ends.reverse()) await end();
  })();
  return ending;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => endAll().then(() => process.exit(0)));
}

try {
  const bot = await demo();
  const last = await bot.ended;
  if (!ending) console.error(`CapOps ended by itself:\n${last}`);
  if (!ending) process.exitCode = 1;
} catch (error) {
  if (!ending) console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
await endAll();
