import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, type TestContext, vi } from 'vitest';
import { seedAirports } from '../../workbench/demo/airports.ts';
import { launchBrowser, openPage } from '../../workbench/demo/browser.ts';
import { startCapOps } from '../../workbench/demo/capops.ts';
import { writePolicy } from '../../workbench/demo/folder.ts';
import { manifestCommands } from '../../workbench/demo/manifest.ts';
import { startServices } from '../../workbench/demo/services.ts';
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
const TEST_MS = 60_000;
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
  vi.setConfig({ testTimeout: TEST_MS });
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
export function inBrowser(
  name: string,
  body: (context: TestContext) => Promise<void>,
  options?: Parameters<typeof itNeeds>[3],
): void {
  itNeeds('chromium', name, body, options);
}

async function openStage(later: (end: () => unknown) => void): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-e2e-'));
  later(() => rmSync(folder, { recursive: true }));
  mkdirSync(SCREENSHOTS, { recursive: true });
  const browser = launchBrowser();
  const slack = await startLocalSlack({
    routes: pageRoutes(await cachedPage(PAGE_CACHE), manifestCommands(PROJECT_ROOT)),
  });
  later(() => slack.close());
  const databases = await createPlatformDatabase({ shape: 'platform', ledger: 'migrated' });
  later(() => databases.drop());
  const platform = new pg.Pool({ connectionString: databases.platformUrl, max: 2 });
  platform.on('error', () => undefined); // Whoever replaces the database ends its sessions.
  later(() => platform.end());
  await seedAirports(databases.platformUrl);
  const services = await startServices(databases.platformUrl);
  later(() => services.close());
  const ground = { database: databases.platformUrl, services, policy: writePolicy(folder), folder };
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
