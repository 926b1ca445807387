import { join } from 'node:path';
import type { LocalSlack } from '../local-slack.ts';
import { cleanEnvironment, type Plan, type Running, runProgram, startProgram } from './programs.ts';
import type { Services } from './services.ts';

const SRC = join(import.meta.dirname, '../../src');

/** What CapOps works on: the platform's database and services, who may do what (capops.yml), and a folder to run in. */
export type Ground = { database: string; services: Services; policy: string; folder: string };

/** Makes or brings up to date both databases, as `pnpm db:migrate` does. */
export function migrate(ground: Ground): Promise<void> {
  return runProgram({ ...program(ground, 'cli.ts'), args: ['db:migrate'] });
}

/** Starts CapOps with its HTTP receiver, and connects the local Slack to it. */
export async function startCapOps(ground: Ground, slack: LocalSlack): Promise<Running> {
  const bot = await startProgram(
    program(ground, 'main.ts', {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      HOST: '127.0.0.1',
      PORT: '0',
    }),
  );
  slack.connect(`http://127.0.0.1:${bot.port}/slack/events`);
  return bot;
}

function program(
  { database, services, policy, folder }: Ground,
  script: string,
  more: Record<string, string> = {},
): Plan {
  const own = {
    DATABASE_URL: database,
    API_GATEWAY_URL: services.gatewayUrl,
    FRONTEND_URL: services.frontendUrl,
    CAPOPS_CONFIG: policy,
    BACKUP_DIR: join(folder, 'backups'),
    CAPOPS_STATE_DIR: join(folder, 'state'),
  };
  return { script: join(SRC, script), folder, env: cleanEnvironment(process.env, { ...own, ...more }) };
}
