import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type LocalSlack, startLocalSlack } from '../../../workbench/local-slack.ts';
import { PROJECT_ROOT } from '../../setup/run-cli.ts';

const POLICY =
  'environment: staging\nslack: { team_id: T0CAPACITY, allowed_channels: any }\nroles: { viewer: { users: [U0VERA] } }\n';

/** The bot in a process of its own, over the local Slack. */
export interface WatchedBot {
  readonly slack: LocalSlack;
  /** Where Slack's requests go and where health is, once the bot is ready. */
  readonly ready: Promise<{ port: number; healthPort: number | undefined }>;
  /** What it printed so far. */
  readonly lines: string[];
  page(path: string): Promise<{ status: number; text: string }>;
  /** SIGTERM; resolves with the exit code when the process has ended. */
  stop(): Promise<number | null>;
}

export async function startWatchedBot(env: Record<string, string>): Promise<WatchedBot> {
  const slack = await startLocalSlack();
  const folder = mkdtempSync(join(tmpdir(), 'capops-watched-'));
  writeFileSync(join(folder, 'capops.yml'), POLICY);
  chmodSync(join(folder, 'capops.yml'), 0o644);
  const { PATH = '', HOME = '' } = process.env;
  const { botToken, signingSecret, apiUrl } = slack;
  const own = { SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: apiUrl };
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'src/main.ts')], {
    cwd: folder,
    env: { PATH, HOME, HOST: '127.0.0.1', PORT: '0', CAPOPS_FOLDER: folder, ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const ready = Promise.withResolvers<{ port: number; healthPort: number | undefined }>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (line.includes('"msg":"ready"')) ready.resolve(JSON.parse(line));
    });
  }
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  void ended.then(() => ready.reject(new Error(lines.join('\n'))));
  ready.promise.catch(() => undefined); // For whoever asks; a test need not.
  return {
    slack,
    ready: ready.promise,
    lines,
    page: async (path) => {
      const response = await fetch(`http://127.0.0.1:${(await ready.promise).healthPort}${path}`);
      return { status: response.status, text: await response.text() };
    },
    stop: async () => {
      const impatience = setTimeout(() => child.kill('SIGKILL'), 12_000);
      child.kill('SIGTERM');
      const code = await ended;
      clearTimeout(impatience);
      rmSync(folder, { recursive: true });
      await slack.close();
      return code;
    },
  };
}
