import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, type TestContext } from 'vitest';
import { seedAirports } from '../../workbench/demo/airports.ts';
import { migrate, startCapOps } from '../../workbench/demo/capops.ts';
import { writePolicy } from '../../workbench/demo/folder.ts';
import { manifestCommands } from '../../workbench/demo/manifest.ts';
import { type LocalSlack, startLocalSlack } from '../../workbench/local-slack.ts';
import { cachedPage } from '../../workbench/page-build.ts';
import { pageRoutes } from '../../workbench/page-server.ts';
import { createPlatformDatabase } from '../setup/database.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { whyMissing } from '../setup/machine.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { type Visitor, visit } from './visitor.ts';

export const SCREENSHOTS = join(PROJECT_ROOT, '.screenshots');
const PAGE_CACHE = join(PROJECT_ROOT, 'node_modules/.cache/capops-page');
const START_MS = 60_000;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The real page in the real browser over the local Slack, CapOps and a platform with the demo's airports. */
export type Stage = {
  readonly slack: LocalSlack;
  /** Rows of a query on the platform's database. */
  platform(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Somebody at the page, in a window of their own. `room` is a channel, `home`, or the direct messages as `D`. */
  visit(person: string, room?: string, window?: BrowserContextOptions): Promise<Visitor>;
};

/** Puts up one stage for the tests of this file. Empty where there is no Chromium: there the tests are skipped. */
export function setStage(prepare: (stage: Stage) => Promise<void> = async () => {}): Stage {
  const stage = {} as Stage;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    if (whyMissing('chromium')) return;
    Object.assign(stage, await openStage((end) => void ends.push(end)));
    await prepare(stage);
  }, START_MS);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  }, START_MS);
  return stage;
}

/** A test that needs Chromium. */
export function inBrowser(name: string, body: (context: TestContext) => Promise<void>): void {
  itNeeds('chromium', name, body);
}

async function openStage(later: (end: () => unknown) => void): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-e2e-'));
  later(() => rmSync(folder, { recursive: true }));
  const browser = launch();
  const slack = await startLocalSlack({
    routes: pageRoutes(await cachedPage(PAGE_CACHE), manifestCommands(PROJECT_ROOT)),
  });
  later(() => slack.close());
  const databases = await createPlatformDatabase({ shape: 'platform' });
  later(() => databases.drop());
  const platform = new pg.Pool({ connectionString: databases.platformUrl, max: 2 });
  later(() => platform.end());
  await seedAirports(databases.platformUrl);
  const ground = { database: databases.platformUrl, policy: writePolicy(folder), folder };
  await migrate(ground);
  const bot = await startCapOps(ground, slack);
  later(() => bot.stop());
  later(async () => (await browser).close());
  return {
    slack,
    platform: async (sql, values) => (await platform.query(sql, values)).rows,
    visit: async (person, room = 'C0OPS', window) =>
      visit(await openPage(await browser, window), slack, { person, room }),
  };
}

async function launch(): Promise<Browser> {
  const executablePath = spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).stdout.trim();
  mkdirSync(SCREENSHOTS, { recursive: true });
  return chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, LANGUAGE: 'en_GB' } });
}

async function openPage(browser: Browser, window: BrowserContextOptions = {}): Promise<Page> {
  const usual = {
    viewport: { width: 1100, height: 780 },
    timezoneId: 'Europe/London',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  } as const;
  const context = await browser.newContext({ ...usual, ...window });
  context.setDefaultTimeout(8_000);
  return context.newPage();
}
