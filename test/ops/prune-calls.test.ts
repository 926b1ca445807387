import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { callsAmong, fillWithBackups, variablesOf } from '../setup/backup-crowd.ts';
import { httpPeer } from '../setup/http-peer.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';
import { runCli } from '../setup/run-cli.ts';
import { type Desk, openDesk } from './desk.ts';

startObjectStore();

// The newest three stay, whatever today is: of its month the newest is one of them.
const RULES = 'environment: development\nbackups: { retention: { daily: 0, weekly: 0, monthly: 1 } }\n';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

itNeeds(
  'objectStore',
  'pnpm ops:prune-backups --yes lists a bucket of 1,020 objects once, and deletes them in two calls',
  async () => {
    const { settings } = await makeBucket();
    await fillWithBackups(settings, { count: 510, environment: 'development' });
    const peer = await httpPeer(settings.endpoint ?? '');
    const env = { DATABASE_URL: desk.platformUrl, ...variablesOf(settings, peer.endpoint) };
    const folder = mkdtempSync(join(tmpdir(), 'capops-prune-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'capops.yml'), RULES, { mode: 0o600 });
    const { code, stdout, stderr } = await runCli(['prune-backups', '--yes'], { env, cwd: folder, timeoutSeconds: 50 });
    await peer.close();
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('✗')]);
    expect(stdout).toMatch(/Removed: 0 backups from local and 507 backups from offsite\./);
    // Two pages of what there is, one of what was left behind; manifests, then files.
    expect(callsAmong(peer.asked)).toEqual({ lists: 3, deletes: 2 });
  },
  { timeoutSeconds: 90 },
);
