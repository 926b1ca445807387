import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Outcome } from '../../src/ops/service/service.ts';
import { json, page } from '../setup/http-service.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { runCli } from '../setup/run-cli.ts';
import { ADA, NILS, said, VERA } from './desk.ts';
import { GATEWAY_OK, type HealthGround, openHealthGround, PATIENT } from './health-ground.ts';

/** What `health` says: its title, and its lines without the times. */
async function health(ground: HealthGround, words = 'health') {
  const outcome = await ground.types(VERA, words);
  const { title, broken, parts = [], offers = [] } = reportOf(outcome);
  const [list, ...others] = parts;
  const items = list?.kind === 'list' ? list.items : [];
  const lines = items.map((item) => item.replaceAll(/[\d,]+ ms/g, 'N ms'));
  const text = JSON.stringify(others);
  return { title, broken, lines, text, offers: offers.map(({ operation }) => operation), outcome };
}

function reportOf(outcome: Outcome) {
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  return outcome.report;
}

const lineOf = (lines: readonly string[], label: string) => lines.find((line) => line.includes(`${label}: `));

describe('health', () => {
  itNeeds('redis', 'says in a line each what answers, and that all is well', async () => {
    const ground = await openHealthGround();
    const { title, broken, lines, offers } = await health(ground);
    expect(title).toBe('All systems operational');
    expect(broken).toBeUndefined();
    expect(lines).toEqual([
      '✓ Database: Connected (N ms)',
      '✓ API Gateway: Answers (N ms)',
      '✓ Frontend: Answers (N ms)',
      '✓ Redis: Connected (N ms)',
      '✓ Slack: Connected (N ms)',
      '• Off-site storage: Not configured',
      '✓ Ledger: Connected (N ms)',
      '• Newest backup: None yet',
      expect.stringMatching(/^✓ Disk space for backups: [\d.,]+ .B free of [\d.,]+ .B$/),
      '✓ Migrations: None pending',
    ]);
    // A viewer may not back up.
    expect(offers).toEqual(['health-check']);
    expect(ground.gateway.asked).toEqual(['GET /health']);
    expect(ground.frontend.asked).toEqual(['GET /']);
  });

  test('shows maintenance that somebody announced', async () => {
    const ground = await openHealthGround({ without: ['gateway', 'frontend', 'redis', 'slack'] });
    await ground.types(ADA, 'maintenance 30m gateway because of a test');
    const { text } = await health(ground);
    expect(text).toMatch(
      /Maintenance of API Gateway until .*, announced by Ada .*, because of a test; “end-maintenance \w{8}” ends it/,
    );
  });

  test('what is not configured changes no verdict, and says what would be set', async () => {
    const ground = await openHealthGround({ without: ['gateway', 'frontend', 'redis', 'slack'] });
    const { title, lines, text } = await health(ground);
    expect(title).toBe('All systems operational');
    for (const label of ['API Gateway', 'Frontend', 'Redis', 'Slack']) {
      expect(lineOf(lines, label)).toBe(`• ${label}: Not configured`);
    }
    for (const name of ['API_GATEWAY_URL', 'FRONTEND_URL', 'REDIS_URL', 'SLACK_BOT_TOKEN', 'S3_BUCKET']) {
      expect(text).toContain(name);
    }
    expect(text).not.toContain('What to do next');
  });

  itNeeds('redis', 'names what does not answer, and what to do next', async () => {
    const ground = await openHealthGround();
    ground.gateway.answer = json({ status: 'degraded', database: 'disconnected' });
    ground.frontend.answer = page('<html><title>502 Bad Gateway</title></html>');
    await ground.before.redis.refuse();
    const { title, broken, lines, text } = await health(ground);
    expect(title).toBe('Not operational: Frontend, Redis. Degraded: API Gateway.');
    expect(broken).toBe(true);
    expect(lineOf(lines, 'API Gateway')).toBe('! API Gateway: Says that it is degraded (database: disconnected)');
    expect(lineOf(lines, 'Redis')).toBe('✗ Redis: Connection refused: nobody listens there');
    expect(text).toMatch(/What to do next.*Frontend: .*compose service web.*Redis: .*API Gateway: /);
    expect(`${lines} ${text}`).not.toContain('127.0.0.1');
  });

  test('one that is degraded does not count as broken', async () => {
    const ground = await openHealthGround();
    ground.gateway.answer = json({ status: 'degraded' });
    const { title, broken } = await health(ground);
    expect([title, broken]).toEqual(['Operational. Degraded: API Gateway.', undefined]);
  });

  test('goes by the limits of capops.yml', async () => {
    const checks = { frontend: { ...PATIENT, slowMs: 0.001 }, gateway: { ...PATIENT, timeoutMs: 200 } };
    const ground = await openHealthGround({ settings: { health: { ...PATIENT, checks } } });
    ground.gateway.answer = () => undefined;
    const { lines } = await health(ground);
    expect(lineOf(lines, 'Frontend')).toMatch(/^! Frontend: Answers, slowly/);
    expect(lineOf(lines, 'API Gateway')).toBe('✗ API Gateway: No answer within N ms');
  });

  test('several that hang cost the longest limit, and not their sum', async () => {
    const limits = { timeoutMs: 400, slowMs: undefined };
    const ground = await openHealthGround({ settings: { health: { ...limits, checks: {} } } });
    for (const service of [ground.gateway, ground.frontend, ground.slack]) service.answer = () => undefined;
    ground.before.platform.hang();
    ground.before.ledger.hang();
    const begun = performance.now();
    const { title } = await health(ground);
    expect(performance.now() - begun).toBeLessThan(1_200);
    expect(title).toBe('Not operational: Database, API Gateway, Frontend, Slack, Ledger.');
    await ground.before.platform.pass();
    await ground.before.ledger.pass();
  });

  test.each(['platform', 'ledger'] as const)('works while the %s is down', async (which) => {
    const ground = await openHealthGround({ without: ['redis'] });
    await ground.before[which].refuse();
    const { title, lines } = await health(ground);
    const label = which === 'platform' ? 'Database' : 'Ledger';
    expect(title).toBe(`Not operational: ${label}.`);
    expect(lineOf(lines, 'Migrations')).toBe('• Migrations: Not known while a database does not answer');
    const backup = which === 'platform' ? 'None yet' : 'Not known while the ledger does not answer';
    expect(lineOf(lines, 'Newest backup')).toBe(`• Newest backup: ${backup}`);
    await ground.before[which].pass();
  });

  test('with everything shows versions, connections and answers, and no secret', async () => {
    const ground = await openHealthGround();
    ground.gateway.answer = json({ status: 'ok', version: '2.1.0', dsn: 'postgres://app:swordfish@db/x' });
    for (const [minute, ms] of [
      ['1', 12.4],
      ['2', 'NULL'],
    ]) {
      await ground.ledger(
        `INSERT INTO health_checks (checked_at, service, state, latency_ms) VALUES (now() - ${minute} * interval '1 minute', 2, 1, ${ms})`,
      );
    }
    const { text, outcome } = await health(ground, 'health verbose');
    const table = reportOf(outcome).parts?.find((part) => part.kind === 'table');
    const rows = table?.kind === 'table' ? table.rows : [];
    expect(rows).toContainEqual(['Database', 'Version', expect.stringMatching(/^PostgreSQL \d/)]);
    expect(rows).toContainEqual(['Database', 'Connections', expect.stringMatching(/^\d+ of \d+$/)]);
    expect(rows).toContainEqual(['API Gateway', 'Version', '2.1.0']);
    expect(rows).toContainEqual(['API Gateway', 'Last answers', '12, none ms, newest first']);
    expect(rows).toContainEqual(['Slack', 'Workspace', 'Capacity']);
    expect(text).not.toContain('swordfish');
  });

  test('offers a backup to whoever may make one, while there is none', async () => {
    const ground = await openHealthGround();
    const outcome = await ground.types(ADA, 'health');
    expect(reportOf(outcome).offers?.map(({ operation }) => operation)).toEqual(['backup', 'health-check']);
  });

  test('is for viewers', async () => {
    const ground = await openHealthGround();
    expect(await ground.types(NILS, 'health')).toMatchObject({ kind: 'denied' });
    expect(ground.gateway.asked).toEqual([]);
  });
});

// So that nothing is slow on a machine that is busy with other tests.
const CAPOPS_YML = `environment: test
health: { timeout: 20s, checks: { database: { slow: 15s }, ledger: { slow: 15s } } }
`;

describe('health in the terminal', () => {
  test('ends with 0 where all is well, and prints a line for each', async () => {
    const ground = await openHealthGround();
    ground.gateway.answer = GATEWAY_OK;
    const env = {
      DATABASE_URL: ground.platformUrl,
      API_GATEWAY_URL: ground.gateway.url,
      FRONTEND_URL: ground.frontend.url,
    };
    const folder = mkdtempSync(join(tmpdir(), 'capops-health-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'capops.yml'), CAPOPS_YML, { mode: 0o600 });
    const { code, stdout, stderr } = await runCli(['health-check'], { env, cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^• All systems operational\n\n✓ Database: Connected \([\d,]+ ms\)\n✓ API Gateway: Answers/);
  });

  test('ends with 1 where the platform’s database and the ledger are down, and prints data', async () => {
    const env = { DATABASE_URL: 'postgresql://somebody:swordfish@127.0.0.1:1/airport' };
    const { code, stdout, stderr } = await runCli(['health-check', '--verbose', '--format', 'json'], { env });
    expect(code).toBe(1);
    const { overall, findings } = JSON.parse(stdout);
    expect(overall).toBe('unhealthy');
    expect(findings).toHaveLength(10);
    expect(findings[0]).toEqual({
      service: 'database',
      label: 'Database',
      state: 'unhealthy',
      says: 'Connection refused: nobody listens there',
      next: expect.any(String),
    });
    expect(`${stdout}${stderr}`).not.toMatch(/swordfish|127\.0\.0\.1/);
  });
});
