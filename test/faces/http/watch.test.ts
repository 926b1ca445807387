import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Desk, openDesk } from '../../ops/desk.ts';
import { type TcpProxy, tcpProxy } from '../../setup/tcp-proxy.ts';
import { startWatchedBot, type WatchedBot } from './watched-bot.ts';

let desk: Desk;
let proxy: TcpProxy;
let bot: WatchedBot | undefined;
beforeAll(async () => {
  proxy = await tcpProxy(Number(new URL(inject('postgresUrl')).port));
  desk = await openDesk();
});
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
});
afterAll(async () => {
  await desk.close();
  await proxy.close();
});

const databases = () => ({ DATABASE_URL: proxy.through(desk.platformUrl), LEDGER_DATABASE_URL: desk.ledgerUrl });

/** Prints the address of each file that the process loads. */
const TELL_LOADED = encodeURIComponent(
  "import { registerHooks } from 'node:module'; registerHooks({ load: (url, context, next) => { process.stderr.write(url + '\\n'); return next(url, context); } });",
);

describe('the bot, watched', { timeout: 60_000 }, () => {
  it('is alive, is ready once everything answers, counts what it does without naming anybody, and ends on SIGTERM', async () => {
    bot = await startWatchedBot({ ...databases(), HEALTH_PORT: '0' });
    const { page, slack, ready, lines } = bot;
    slack.connect(`http://127.0.0.1:${(await ready).port}/slack/events`);
    expect(await page('/healthz')).toEqual({ status: 200, text: 'CapOps is alive.\n' });
    await slack.until(() => slack.calls('auth.test').length > 0);
    expect(await page('/readyz')).toEqual({
      status: 200,
      text: '{"ready":true,"parts":{"platform":true,"ledger":true,"receiver":true,"slack":true}}\n',
    });

    const vera = slack.as('U0VERA');
    await vera.command('C0OPS', '/capops whoami');
    expect((await vera.nextMessage('C0OPS')).plain).toContain('viewer');
    // Bolt acknowledges events by itself: they would make the others look fast.
    await vera.message(vera.direct, 'whoami');
    await vera.nextMessage(vera.direct);
    const { status, text } = await page('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('capops_runs_total{operation="whoami",outcome="done",face="slack"} 2\n');
    expect(text).toContain('capops_run_duration_seconds_count{operation="whoami"} 2\n');
    expect(text).toContain('capops_slack_acknowledgement_seconds_count 1\n');
    expect(text).toMatch(/capops_slack_calls_total\{method="auth\.test",status="200"\} [12]\n/);
    expect(text).toContain('capops_slack_calls_total{method="response_url",status="200"} 1\n');
    expect(text).toContain('capops_ready{part="ledger"} 1\n');
    expect(text).not.toMatch(/vera|U0VERA|C0OPS|xox|127\.0\.0\.1|postgres/i);

    await proxy.refuse();
    const refused = await page('/readyz');
    await proxy.pass();
    expect(refused).toEqual({
      status: 503,
      text: '{"ready":false,"parts":{"platform":false,"ledger":true,"receiver":true,"slack":true}}\n',
    });
    expect((await page('/readyz')).status).toBe(200);

    expect(await bot.stop()).toBe(0);
    bot = undefined;
    expect(lines.at(-1)).toContain('"msg":"stopped"');
  });

  it('without its variables listens nowhere, asks nobody and loads nothing for it', async () => {
    bot = await startWatchedBot({ ...databases(), NODE_OPTIONS: `--import data:text/javascript,${TELL_LOADED}` });
    const { healthPort } = await bot.ready;
    expect(healthPort).toBeUndefined();
    expect(bot.slack.calls('auth.test')).toEqual([]);
    const loaded = bot.lines.join('\n');
    expect(loaded).toContain('faces/slack/index.ts');
    expect(loaded).not.toMatch(/prom-client|adapters\/(metrics|paging|heartbeat|outlet)\.ts|faces\/http/);
  });

  it('does not start where its health’s port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const HEALTH_PORT = String((other.address() as AddressInfo).port);
    bot = await startWatchedBot({ ...databases(), HEALTH_PORT });
    await expect(bot.ready).rejects.toThrow(`CapOps cannot listen on 127.0.0.1, port ${HEALTH_PORT}, for its health`);
    other.close();
  });
});
