import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../setup/run-cli.ts';
import { type Desk, OMAR, openDesk } from './desk.ts';

let desk: Desk;
const pages: unknown[] = [];
const webhook = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  pages.push(JSON.parse(body));
  response.end();
}).listen(0, '127.0.0.1');

beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
});
afterAll(async () => {
  webhook.closeAllConnections();
  webhook.close();
  await desk.close();
});

it('a broken record wakes somebody, from the terminal too, and a whole one wakes nobody', async () => {
  await desk.types(OMAR, 'grant LHR work');
  await desk.service.settled();
  const env = {
    DATABASE_URL: desk.platformUrl,
    PAGING_WEBHOOK_URL: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/s3cret`,
  };
  expect((await runCli(['audit-verify'], { env })).code).toBe(0);
  expect(pages).toEqual([]);

  await desk.ledger('ALTER TABLE audit_log DISABLE TRIGGER USER');
  await desk.ledger("UPDATE audit_log SET actor_name = 'Nobody' WHERE sequence = 1");
  const { code, stdout, stderr } = await runCli(['audit-verify'], { env });
  expect(code).toBe(1);
  expect(pages).toEqual([
    {
      summary: 'CapOps’ audit: The record is broken at entry 1: it is not what was written.',
      severity: 'critical',
      source: 'CapOps (development)',
      at: expect.stringMatching(/Z$/),
    },
  ]);
  expect(stdout + stderr).not.toContain('s3cret');
});
