import type { LocalSlack } from '../../workbench/local-slack.ts';
import type { Block } from '../../workbench/slack/blocks.ts';
import { named } from '../../workbench/slack/naming.ts';
import { BOT_USER } from '../../workbench/slack/state.ts';
import { post } from '../../workbench/slack/workspace.ts';

type Posted = { text: string; blocks?: object[]; threadTs?: string };

/** Posts in #random as the app would, without Slack's limit of one message a second; the message's `ts`. */
export function postAsApp({ workspace }: LocalSlack, { text, blocks, threadTs }: Posted): string {
  const drawn = blocks ? { blocks: named(blocks as Block[]) } : {};
  const thread = threadTs ? { threadTs } : {};
  return post(workspace, { channel: 'C0RANDOM', user: BOT_USER, text, ...drawn, ...thread }).ts;
}

/** Calls a method of Slack's as the app would; its answer. */
export async function callSlack(slack: LocalSlack, method: string, given: object): Promise<{ error?: string }> {
  const answer = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${slack.botToken}` },
    body: JSON.stringify({ channel: 'C0RANDOM', ...given }),
  });
  return (await answer.json()) as { error?: string };
}
