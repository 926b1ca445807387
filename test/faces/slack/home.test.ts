import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { Backup } from '../../../src/models/backup.ts';
import { BackupCopy } from '../../../src/models/backup-copy.ts';
import { until } from '../../../workbench/client/until.ts';
import { plantedManifest } from '../../ops/planted-manifest.ts';
import { type TcpProxy, tcpProxy } from '../../setup/tcp-proxy.ts';
import { type Bot, LOCAL_POLICY, OPS, openBot } from './bot.ts';

let bot: Bot;
const proxies: Record<'platform' | 'ledger', TcpProxy> = {} as never;
beforeAll(async () => {
  const port = Number(new URL(inject('postgresUrl')).port);
  proxies.platform = await tcpProxy(port);
  proxies.ledger = await tcpProxy(port);
  bot = await openBot({ through: (url, database) => proxies[database].through(url) });
  bot.policy = {
    ...LOCAL_POLICY,
    schedule: [NIGHTLY],
    approvals: {
      'revoke-module': {
        from: [{ users: ['U0ADA'], groups: [], count: 1 }],
        waitMs: 3_600_000,
        nudge: undefined,
        channel: undefined,
      },
    },
  };
  await bot.desk.airports('LHR', 'AMS', 'ZRH');
  await plant();
  await as('U0OMAR').command(OPS, '/capops grant LHR work,assets until in 10 days');
  await as('U0OMAR').awaitMessage(OPS, 'now has');
});
afterAll(async () => {
  for (const proxy of Object.values(proxies)) await proxy.pass();
  await bot.close();
  for (const proxy of Object.values(proxies)) await proxy.close();
});
beforeEach(() => {
  bot.forget();
  bot.complaints.length = 0;
});

const NIGHTLY = {
  name: 'nightly',
  cron: '0 2 * * *',
  timeZone: 'Europe/London',
  operation: 'nightly-backup',
  input: {},
  channel: undefined,
  catchUpMs: 3_600_000,
};
const MINUTE_MS = 60_000;

/** A backup of tonight, and a look a minute ago. */
async function plant(): Promise<void> {
  const { ledger } = bot.desk.databases;
  const takenAt = new Date(bot.desk.now.getTime() - 4 * 60 * MINUTE_MS);
  const id = randomUUID();
  const key = 'backups/x/y.dump.zst';
  const manifest = { id, database: 'x', environment: 'staging', kind: 'nightly', takenAt, storage: 'offsite', key };
  await Backup.enter(ledger, plantedManifest({ ...manifest, bytes: 5_000_000, sha256: 'a'.repeat(64) }));
  await BackupCopy.query(ledger).insert({ backupId: id, storage: 'offsite', key, state: 'good' });
  const findings = [
    { service: 'database', label: 'Database', state: 'healthy', says: 'Connected (3 ms)' },
    { service: 'gateway', label: 'API Gateway', state: 'degraded', says: 'Slow (1,300 ms)' },
  ];
  await ledger('health_watch').update({
    minute: new Date(bot.desk.now.getTime() - MINUTE_MS),
    findings: JSON.stringify(findings),
  });
}

const as = (id: string) => bot.slack.as(id);
const published = () => bot.slack.calls('views.publish').length;

/** Opens somebody's tab, and resolves with what it shows then and how long that took. */
async function open(id: string): Promise<{ plain: string; ms: number; hash: string }> {
  const before = as(id).home()?.hash;
  const began = performance.now();
  await as(id).openHome();
  const home = await until(bot.slack.workspace, () => {
    const now = as(id).home();
    return now && now.hash !== before ? now : undefined;
  });
  return { plain: home.plain.replaceAll(': \n', ': '), hash: home.hash, ms: performance.now() - began };
}

/** Resolves with the tab once it shows that. */
const shows = (id: string, words: string | RegExp) =>
  until(bot.slack.workspace, () => {
    const home = as(id).home();
    return home && (typeof words === 'string' ? home.plain.includes(words) : words.test(home.plain)) ? home : undefined;
  });
const settle = () => sleep(1_100);

describe('the home tab', () => {
  it('shows at once what is known: health, backups, access that ends, what one may do', async () => {
    const first = await open('U0OMAR');
    await settle();
    const { plain, ms } = await open('U0OMAR');
    // Other tests may be at work on this machine.
    expect(Math.min(first.ms, ms)).toBeLessThan(1_000);
    expect(plain).toContain('You are omar, operator in staging.');
    expect(plain).toContain('Operational, but degraded: API Gateway');
    expect(plain).toMatch(/API Gateway: Slow \(1,300 ms\)\s+Looked at 1 minute ago\./);
    expect(plain).toMatch(/Platform, off site:\s+4 hours old \(22 Nov 2026, 08:00 Europe\/London\), 5\.0 MB/);
    expect(plain).toMatch(/Next:\s+23 Nov 2026, 02:00 Europe\/London/);
    expect(plain).toContain('Of 1 organisation within 30 days.');
    expect(plain).toContain('LHR (LHR Airport): assets and work, the first on 2 Dec 2026');
    expect(plain).toMatch(/[0-9a-f]{8}: “grant LHR .*”, 22 Nov 2026, 12:00 Europe\/London: done\. LHR/);
    expect(plain).toContain('Waiting for you: Nothing.');
    for (const button of ['Look now', 'Back up now', 'List the backups', 'Grant module'])
      expect(plain).toContain(button);
  });

  it('shows a viewer no button that is not theirs, and nothing to whoever has no role', async () => {
    const vera = await open('U0VERA');
    expect(vera.plain).toContain('Backups: They are as they should be.');
    expect(vera.plain).not.toContain('Back up now');
    expect(vera.plain).toContain('Your requests: There is none yet.');
    const nils = await open('U0NILS');
    expect(nils.plain.split('\n').filter(Boolean)).toEqual([
      'You may not use CapOps in staging.',
      'Because capops.yml gives you no role.',
    ]);
  });

  it('says when nobody has looked for long, that somebody is at work, and that changes are frozen', async () => {
    await as('U0OMAR').command(OPS, '/capops maintenance 30m gateway because of the move');
    await as('U0OMAR').awaitMessage(OPS, 'aintenance');
    await bot.desk.databases
      .ledger('health_watch')
      .update({ minute: new Date(bot.desk.now.getTime() - 60 * MINUTE_MS) });
    await as('U0ADA').command(OPS, '/capops freeze because the move');
    await as('U0ADA').awaitMessage(OPS, 'frozen');
    const { plain } = await open('U0ADA');
    expect(plain).toContain('Looked at 60 minutes ago. It may be different by now.');
    expect(plain).toMatch(/Maintenance of API Gateway until .*, announced by omar .*, because of the move/);
    expect(plain).toMatch(/End maintenance [0-9a-f]{8}/);
    expect(plain).toMatch(/Changes in staging are frozen since .*because the move\./);
    const home = await shows('U0ADA', 'Thaw');
    bot.laterBy(MINUTE_MS);
    await as('U0ADA').click(home, 'Thaw');
    await as('U0ADA').awaitMessage(as('U0ADA').direct, 'are allowed again');
    await shows('U0ADA', /^(?!.*are frozen since)/s);
  });
});

describe('what one does', () => {
  it('shows in the tab: what waits for a second person in both people’s, with the way to end it', async () => {
    const [omar, ada] = [as('U0OMAR'), as('U0ADA')];
    await open('U0OMAR');
    await omar.command(OPS, '/capops revoke LHR work because it moved');
    const home = await shows('U0OMAR', '1 is still open.');
    expect(home.plain).toMatch(/“revoke LHR work .*”.*: waits for a second person/);
    const asked = await open('U0ADA');
    expect(asked.plain).toContain('1 request of others.');
    expect(asked.plain).toMatch(/[0-9a-f]{8}: omar asks for “revoke LHR .*”, until \d+ \w+ \d{4}, \d\d:\d\d Europe/);
    const button = /Cancel [0-9a-f]{8}/.exec(home.plain)?.[0] ?? '';
    await omar.click(home, button);
    await omar.awaitMessage(omar.direct, 'is cancelled');
    await shows('U0OMAR', /revoke LHR .*cancelled/);
    expect((await open('U0ADA')).plain).toContain('Waiting for you: Nothing.');
    expect(ada.home()?.plain).not.toMatch(/Approve [0-9a-f]{8}/);
  });

  it('from the tab is answered in direct messages, and the tab stays', async () => {
    const omar = as('U0OMAR');
    const { hash } = await open('U0OMAR');
    await omar.click(await shows('U0OMAR', 'List them'), 'List them');
    expect((await omar.awaitMessage(omar.direct, 'LHR Airport')).ephemeral).toBe(false);
    expect(omar.home()?.hash).toBe(hash);
    await omar.click(await shows('U0OMAR', 'Grant module'), 'Grant module');
    await omar.nextView();
    await settle();
    const before = published();
    await omar.submit({ org: 'AMS', module: ['work'] });
    await omar.awaitMessage(omar.direct, 'AMS (AMS Airport) now has work');
    await shows('U0OMAR', 'AMS (AMS Airport) now has work');
    expect(published()).toBe(before + 1);
  });

  it('with a button that the tab shows anew is asked for anew; two clicks on one ask once', async () => {
    const ada = as('U0ADA');
    const freeze = async () => {
      bot.laterBy(MINUTE_MS);
      await ada.command(OPS, '/capops freeze because again');
      await ada.awaitMessage(OPS, 'because again');
      bot.forget();
      await settle();
      await open('U0ADA');
      return shows('U0ADA', 'Thaw');
    };
    const first = await freeze();
    await Promise.all([ada.click(first, 'Thaw'), ada.click(first, 'Thaw')]);
    await ada.awaitMessage(ada.direct, 'are allowed again');
    await ada.awaitMessage(ada.direct, 'came in before');
    const second = await freeze();
    await ada.click(second, 'Thaw');
    await ada.awaitMessage(ada.direct, 'are allowed again');
    expect(ada.sees(ada.direct).some(({ plain }) => plain.includes('came in before'))).toBe(false);
  });

  it('is shown at most once a second, and not to whoever has not opened the tab', async () => {
    await settle();
    const before = published();
    const beganMs = performance.now();
    for (let time = 0; time < 8; time++) {
      await Promise.all([as('U0OMAR').openHome(), as('U0OMAR').openHome()]);
      await sleep(100);
    }
    await settle();
    const most = 1 + Math.ceil((performance.now() - beganMs) / 1_000);
    expect(published() - before).toBeGreaterThanOrEqual(2);
    expect(published() - before).toBeLessThanOrEqual(most);
    await as('U0VERA').command(OPS, '/capops whoami');
    await as('U0VERA').awaitMessage(OPS, 'You are');
    await settle();
    expect(published() - before).toBeLessThanOrEqual(most);
  });
});

describe('what does not answer', () => {
  it('is the ledger: the tab says what it cannot show, and shows the rest', async () => {
    await settle();
    await proxies.ledger.refuse();
    const { plain, ms } = await open('U0VERA');
    await proxies.ledger.pass();
    expect(ms).toBeLessThan(1_500);
    expect(plain).toContain('Backups: This could not be read: CapOps’ own record (the ledger) does not answer.');
    expect(plain).toContain('Health: This could not be read: CapOps’ own record (the ledger) does not answer.');
    expect(plain).toContain('Of 1 organisation within 30 days.');
  });

  it('is the platform’s database, which is silent: the rest stands, and does not wait for it', async () => {
    await settle();
    proxies.platform.hang();
    const { plain, ms } = await open('U0VERA');
    proxies.platform.cut();
    await proxies.platform.pass();
    // Nothing waits longer than 0.8 s; the machine may be busy.
    expect(ms).toBeLessThan(1_400);
    expect(plain).toMatch(/Access that ends soon: This could not be read: the platform’s database does not answer\./);
    expect(plain).toContain('Backups: They are as they should be.');
    expect(bot.complaints.map(({ message }) => message)).toContain('a part of a home tab could not be read');
  });

  it('is Slack, which does not take a tab anew: that is logged, and what was done is answered', async () => {
    await settle();
    await open('U0OMAR');
    await settle();
    bot.slack.failNext('views.publish', { error: 'internal_error' });
    await as('U0OMAR').command(OPS, '/capops grant ZRH work');
    await as('U0OMAR').awaitMessage(OPS, 'ZRH (ZRH Airport) now has work');
    // What it is drawn from may have been late besides: the machine may be busy.
    const untaken = () => bot.complaints.filter(({ message }) => message === 'a home tab could not be shown anew');
    await vi.waitFor(() => expect(untaken()).toHaveLength(1), 5000);
    await settle();
    expect(untaken()).toHaveLength(1);
  });
});
