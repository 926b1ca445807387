import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bulkImport } from '../src/ops/bulk-import.ts';
import { startProgram } from '../workbench/demo/programs.ts';
import { type LocalSlack, startLocalSlack } from '../workbench/local-slack.ts';
import { type CrewMember, joinCrew } from './ops/crew.ts';
import { type Desk, OMAR, openDesk } from './ops/desk.ts';
import { PROJECT_ROOT } from './setup/run-cli.ts';

let desk: Desk;
let slack: LocalSlack;
let face: CrewMember;
let folder: string;
beforeAll(async () => {
  [desk, slack] = await Promise.all([openDesk(), startLocalSlack()]);
  face = await joinCrew(desk);
  folder = mkdtempSync(join(tmpdir(), 'capops-worker-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await face.close();
  await Promise.all([desk.close(), slack.close()]);
});

function start(script: string, env: Record<string, string> = {}) {
  return startProgram({
    script: join(PROJECT_ROOT, script),
    folder,
    env: {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: desk.platformUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      HOST: '127.0.0.1',
      PORT: '0',
      ...env,
    },
  });
}

/** An import that waits for a worker. Whoever takes it finds no file, which is an end as good as any. */
async function queueImport(name: string): Promise<string> {
  const openFile = async () => {
    const content = Buffer.from(`name,code,modules\n${name},${name},work\n`);
    return {
      name: 'airports.csv',
      sizeBytes: content.length,
      content: (async function* () {
        yield content;
      })(),
    };
  };
  const request = { operation: bulkImport, actor: OMAR, raw: { file: name }, openFile };
  const preview = await face.service.execute(request);
  if (preview.kind !== 'preview' || !preview.confirmation) throw new Error(preview.kind);
  const outcome = await face.service.execute({ ...request, confirmation: preview.confirmation });
  expect(outcome.kind).toBe('queued');
  return outcome.runId;
}

const stateOf = async (id: string) => (await desk.ledger(`SELECT state FROM runs WHERE id = '${id}'`))[0]?.state;
const over = { timeout: 20_000, interval: 100 };

test('what takes long is done by the bot, unless it is to be done elsewhere: then by the worker', {
  timeout: 90_000,
}, async () => {
  const here = await start('src/main.ts');
  const first = await queueImport('NRT');
  await expect.poll(() => stateOf(first), over).not.toBe('queued');
  await here.stop();

  const bot = await start('src/main.ts', { CAPOPS_WORKER: 'elsewhere' });
  const second = await queueImport('HND');
  await sleep(5_000);
  expect(await stateOf(second)).toBe('queued');
  const worker = await start('src/worker.ts', { CAPOPS_WORKER: 'elsewhere' });
  await expect.poll(() => stateOf(second), over).not.toBe('queued');
  await Promise.all([bot.stop(), worker.stop()]);
  expect(await desk.ledger('SELECT count(*)::int AS n FROM starts WHERE ended_at IS NOT NULL')).toEqual([{ n: 3 }]);
});
