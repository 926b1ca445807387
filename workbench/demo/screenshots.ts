import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startLocalSlack } from '../local-slack.ts';
import { cachedPage } from '../page-build.ts';
import { pageRoutes } from '../page-server.ts';
import { startPostgres } from '../postgres.ts';
import { seedAirports } from './airports.ts';
import { launchBrowser, openPage } from './browser.ts';
import { migrate, startCapOps } from './capops.ts';
import { writePolicy } from './folder.ts';
import { manifestCommands } from './manifest.ts';
import { startServices } from './services.ts';

/** Renews the README's pictures: a new demo, used in a browser, at twice the size for sharp screens. */
const ROOT = join(import.meta.dirname, '../..');
const IMAGES = join(ROOT, 'docs/images');
const ends: (() => unknown)[] = [];

async function takeScreenshots(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-screenshots-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), persistent: false });
  ends.push(() => postgres.stop());
  const services = await startServices(postgres.url);
  ends.push(() => services.close());
  const ground = { database: postgres.url, services, policy: writePolicy(folder), folder };
  await migrate(ground);
  await seedAirports(postgres.url);
  const slack = await startLocalSlack({ routes: pageRoutes(await cachedPage(folder), manifestCommands(ROOT)) });
  ends.push(() => slack.close());
  const bot = await startCapOps(ground, slack);
  ends.push(() => bot.stop());
  const browser = await launchBrowser();
  ends.push(() => browser.close());
  const open = async (person: string, height: number) => {
    const page = await openPage(browser, { viewport: { width: 1100, height }, deviceScaleFactor: 2 });
    await page.goto(`${slack.url}/#${person}/C0OPS`);
    return page;
  };
  mkdirSync(IMAGES, { recursive: true });
  await pictureChannel(await open('U0OMAR', 860));
  await pictureForm(await open('U0ADA', 800));
}

async function pictureForm(page: Page): Promise<void> {
  await say(page, '/capops create-org');
  await page.getByLabel('Name', { exact: true }).fill('Bergen Flesland');
  await page.getByLabel('IATA code').fill('OSL');
  for (const name of ['Assets', 'Work']) await page.getByRole('checkbox', { name }).check();
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.screenshot({ path: join(IMAGES, 'form.png') });
}

async function pictureChannel(page: Page): Promise<void> {
  await say(page, '/capops grant LHR planning until 2030-03-31');
  await page.getByText('LHR (London Heathrow) now has planning').waitFor();
  await page.getByRole('article').filter({ hasText: '@Omar' }).waitFor();
  await say(page, '/capops org LHR');
  await page.getByRole('table').waitFor();
  await page.screenshot({ path: join(IMAGES, 'channel.png') });
}

async function say(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Message to #ops' });
  await composer.fill(text);
  await composer.press('Enter');
}

try {
  await takeScreenshots();
  console.log(`New pictures stand in ${IMAGES}.`);
} finally {
  for (const end of ends.reverse()) await end();
}
