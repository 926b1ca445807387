import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalSlack, startLocalSlack } from '../../../workbench/local-slack.ts';
import { type Desk, openDesk } from '../../ops/desk.ts';

/** Databases, a Slack, and what the terminal’s process needs to use both. */
export interface TeamGround {
  readonly desk: Desk;
  readonly slack: LocalSlack;
  readonly env: Readonly<Record<string, string>>;
  /** One of its own, gone at the end. */
  readonly folder: string;
  close(): Promise<void>;
}

/** `policy` is what stands in capops.yml. */
export async function openTeamGround(policy: string): Promise<TeamGround> {
  const [desk, slack] = await Promise.all([openDesk(), startLocalSlack()]);
  const folder = mkdtempSync(join(tmpdir(), 'capops-team-'));
  const file = join(folder, 'capops.yml');
  writeFileSync(file, policy, { mode: 0o600 });
  return {
    desk,
    slack,
    folder,
    env: {
      DATABASE_URL: desk.platformUrl,
      CAPOPS_CONFIG: file,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
    },
    close: async () => {
      rmSync(folder, { recursive: true });
      await slack.close();
      await desk.close();
    },
  };
}
