import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SlackConfig } from '../../../src/config.ts';
import { probes } from '../../adapters/probing.ts';
import { type Bot, OPS, openBot } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot({
    probes: (desk, slack) =>
      probes({
        databaseUrl: desk.platformUrl,
        ledgerDatabaseUrl: desk.ledgerUrl,
        slack: { botToken: slack.botToken, apiUrl: slack.apiUrl } as SlackConfig,
        services: { gatewayUrl: 'http://127.0.0.1:1', frontendUrl: undefined },
      }),
  });
});
afterAll(() => bot.close());

it('health is a line for each service, what to do next, and a button for the details', async () => {
  const vera = bot.slack.as('U0VERA');
  await vera.command(OPS, '/capops health');
  const answer = await vera.awaitMessage(OPS, 'Not operational: API Gateway.');
  expect(answer.plain).toMatch(/✓ Database: Connected \(\d+ ms\)\n✗ API Gateway: Connection refused/);
  expect(answer.plain).toContain('✓ Slack: Connected');
  expect(answer.plain).toMatch(/What to do next:\s+API Gateway: Look whether it runs/);
  expect(answer.plain).not.toContain('127.0.0.1');
  await vera.click(answer, 'Show the details');
  const details = await vera.awaitMessage(OPS, 'PostgreSQL');
  expect(details.plain).toContain('Connections');
});
