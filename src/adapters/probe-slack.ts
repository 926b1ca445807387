import type { Look, SlackSight } from '../ports.ts';
import { ANSWER_BYTES, readLimited, type SlackGate } from './slack-fetch.ts';

interface Token {
  readonly gate: SlackGate;
  readonly botToken: string;
  /** Undefined: Slack itself. */
  readonly apiUrl: string | undefined;
}

/** Whether Slack takes the bot's token. Rejects where Slack does not answer; a refusal is an answer. */
export async function lookAtSlack({ gate, botToken, apiUrl }: Token, { signal }: Look): Promise<SlackSight> {
  const init = { method: 'POST', headers: { authorization: `Bearer ${botToken}` } };
  const response = await gate.send(new URL('auth.test', apiUrl ?? 'https://slack.com/api/'), init, {
    timeoutMs: 60_000,
    signal,
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of readLimited(response, ANSWER_BYTES)) pieces.push(piece);
  if (!response.ok) return { refusal: `status ${response.status}`, workspace: undefined };
  const { ok, error, team } = readAnswer(Buffer.concat(pieces).toString('utf8'));
  return { refusal: ok === true ? undefined : String(error), workspace: typeof team === 'string' ? team : undefined };
}

/** What is no JSON is not from Slack: a proxy's page, say. */
function readAnswer(text: string): { ok?: unknown; error?: unknown; team?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return { error: 'no JSON' };
  }
}
