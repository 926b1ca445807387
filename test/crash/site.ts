import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, startProgram } from '../../workbench/demo/programs.ts';
import { type LocalSlack, startLocalSlack } from '../../workbench/local-slack.ts';
import { type Desk, openDesk } from '../ops/desk.ts';
import { COMPILED, PROJECT_ROOT } from '../setup/run-cli.ts';
import { type Moment, openGate } from './gate.ts';
import { http, postgres } from './protocols.ts';

/** What the bot talks with: Slack comes in by the door, everything else goes out. */
export type Line = 'door' | 'slack' | 'ledger' | 'platform';

/** Where the bot is to die. */
export interface Trap {
  readonly line: Line;
  readonly on: RegExp;
  readonly moment: Moment;
}

/** One bot with its databases and its workspace, each behind a gate; the bot is killed and started as often as it takes. */
export interface Site {
  readonly desk: Desk;
  readonly slack: LocalSlack;
  /** Resolves when the bot serves. */
  start(): Promise<void>;
  /** Sets a trap for the bot that runs; resolves when it was caught and is gone. */
  trap(trap: Trap): Promise<void>;
  close(): Promise<void>;
}

const POLICY = `
environment: staging
slack: { team_id: T0CAPACITY, allowed_channels: any, announcements: C0OPS }
roles: { admin: { users: [U0ADA] }, operator: { users: [U0OMAR] } }
approvals: { revoke-module: { from: [{ users: [U0ADA] }] } }
limits: { requests_per_minute: 100000 }
`;

export async function openSite(): Promise<Site> {
  const [desk, slack] = await Promise.all([openDesk(), startLocalSlack({ rates: false })]);
  const folder = mkdtempSync(join(tmpdir(), 'capops-crash-'));
  writeFileSync(join(folder, 'capops.yml'), POLICY, { mode: 0o600 });
  let bot: Running | undefined;
  let isDead = false;
  let set: { trap: Trap; caught: () => void } | undefined;
  const tripwire = (line: Line) => ({
    meets: (text: string) => (set?.trap.line === line && set.trap.on.test(text) ? set.trap.moment : undefined),
    spring: () => {
      if (!set || !bot) return;
      process.kill(bot.pid, 'SIGKILL');
      isDead = true;
      set.caught();
      set = undefined;
    },
    isSprung: () => isDead && line !== 'door',
  });
  const [door, out, ledger, platform] = await Promise.all([
    openGate(0, http, tripwire('door')),
    openGate(portOf(slack.url), http, tripwire('slack')),
    openGate(portOf(desk.ledgerUrl), postgres, tripwire('ledger')),
    openGate(portOf(desk.platformUrl), postgres, tripwire('platform')),
  ]);
  slack.connect(`http://127.0.0.1:${door.port}/slack/events`);
  // Response URLs and files lead through the gate, too.
  slack.workspace.url = `http://127.0.0.1:${out.port}`;
  const env = {
    PATH: process.env.PATH ?? '',
    ...COMPILED,
    DATABASE_URL: through(desk.platformUrl, platform.port),
    LEDGER_DATABASE_URL: through(desk.ledgerUrl, ledger.port),
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: `${slack.workspace.url}/api/`,
    HOST: '127.0.0.1',
    PORT: '0',
  };
  return {
    desk,
    slack,
    start: async () => {
      isDead = false;
      const started = await startProgram({ script: join(PROJECT_ROOT, 'src/main.ts'), folder, env });
      door.target = started.port;
      bot = started;
      // A run that is broken off leaves no bot behind.
      const endWithUs = () => process.kill(started.pid, 'SIGKILL');
      process.once('exit', endWithUs);
      void started.ended.then(() => process.off('exit', endWithUs));
    },
    trap: async (trap) => {
      await new Promise<void>((caught) => {
        set = { trap, caught };
      });
      await bot?.ended;
    },
    close: async () => {
      await bot?.stop();
      await Promise.all([door, out, ledger, platform].map((gate) => gate.close()));
      await Promise.all([desk.close(), slack.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

const portOf = (url: string) => Number(new URL(url).port);
const through = (url: string, port: number) => Object.assign(new URL(url), { port: String(port) }).href;
