import { spawnSync } from 'node:child_process';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/**
 * The menus of the address bar, which nobody sees here and which cost each window a second of processor time; and what
 * Playwright turns off, since of two such flags the later one counts.
 */
const TURNED_OFF = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${TURNED_OFF}`,
];

/** The system's Chromium, without a window. Throws where there is none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).stdout.trim();
  if (!executablePath) throw new Error('There is no Chromium here: sudo apt-get install -y chromium');
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page in a window of its own, in London, without animations. */
export async function openPage(browser: Browser, window: BrowserContextOptions = {}): Promise<Page> {
  const viewport = { width: 1100, height: 780 };
  const usual = { viewport, timezoneId: 'Europe/London', locale: 'en-GB', reducedMotion: 'reduce' } as const;
  const context = await browser.newContext({ ...usual, ...window });
  // Long enough for a machine that does much else.
  context.setDefaultTimeout(20_000);
  return context.newPage();
}
