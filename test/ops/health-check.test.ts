import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/ops/service/service.ts';
import { json, page } from '../setup/http-service.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { said, VERA } from './desk.ts';
import { type HealthGround, openHealthGround } from './health-ground.ts';

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
});
