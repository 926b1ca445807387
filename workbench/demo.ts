import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { seedAirports } from './demo/airports.ts';
import { demoFolder, openFolder, writePolicy, writeTrace } from './demo/folder.ts';
import { manifestCommands } from './demo/manifest.ts';
import { cleanEnvironment, type Running, runProgram, startProgram } from './demo/programs.ts';
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
  const own = { DATABASE_URL: database, CAPOPS_CONFIG: policy };
  const program = (script: string, more: Record<string, string> = {}) => {
    return { script: join(ROOT, script), folder, env: cleanEnvironment(process.env, { ...own, ...more }) };
  };
  await runProgram({ ...program('src/cli.ts'), args: ['db:migrate'] });
  await seedAirports(database);

  const routes = pageRoutes(await pageBuilt, manifestCommands(ROOT));
  const slack = await startLocalSlack({ port: await freePort(trace.pagePort), routes });
  ends.push(() => slack.close());
  const bot = await startProgram(
    program('src/main.ts', {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      HOST: '127.0.0.1',
      PORT: '0',
    }),
  );
  ends.push(() => bot.stop());
  slack.connect(`http://127.0.0.1:${bot.port}/slack/events`);
  const pagePort = Number(new URL(slack.url).port);
  writeTrace(folder, { ...trace, bot: bot.pid, pagePort, postgresPort: postgres.port });
  welcome(slack.url, folder, own);
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

function welcome(url: string, folder: string, own: { DATABASE_URL: string; CAPOPS_CONFIG: string }): void {
  console.log(`
  CapOps is ready in the local Slack:  ${url}

  Type there:  /capops                                   what you may do
               /capops grant LHR work until 2027-03-31   gives London Heathrow access; then look at /capops org LHR

  The terminal, on the same demo:
    DATABASE_URL='${own.DATABASE_URL}' CAPOPS_CONFIG='${own.CAPOPS_CONFIG}' npx -y pnpm@10 ops org LHR

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
