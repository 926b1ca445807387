import { z } from 'zod';
import { type Checked, fault, show, showSecret } from './faults.ts';

/** How CapOps reaches Slack, and how Slack reaches CapOps. */
export interface SlackConfig {
  readonly botToken: string;
  /** Another address than Slack's own, on this machine only; ends in `/api/`. */
  readonly apiUrl: string | undefined;
  readonly receiver:
    | { readonly kind: 'socket'; readonly appToken: string }
    | { readonly kind: 'http'; readonly signingSecret: string; readonly port: number; readonly host: string };
}

type Variables = Readonly<Record<string, string | undefined>>;

// Every message says what is allowed; what was found is put before it.
const PORT_RANGE = 'a whole number from 0 (any free one) to 65535';
const LOOPBACK = 'an address on this machine, such as http://127.0.0.1:4000/api/';

const slackSchema = z.object({
  SLACK_BOT_TOKEN: z
    .string()
    .regex(/^xoxb-[\w-]+$/, 'the bot token that Slack gave, xoxb-…')
    .optional(),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-[\w-]+$/, 'the app-level token that Slack gave, xapp-…')
    .optional(),
  SLACK_SIGNING_SECRET: z
    .string()
    .regex(/^\S{16,}$/, 'the signing secret that Slack gave, 16 characters or more')
    .optional(),
  SLACK_API_URL: z.string().refine(isLoopback, LOOPBACK).transform(asApiUrl).optional(),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, PORT_RANGE)
    .transform(Number)
    .refine((port) => port <= 65_535, PORT_RANGE)
    .default(3000),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'a host’s name or address, such as 127.0.0.1')
    .default('0.0.0.0'),
});

type SlackVariables = z.infer<typeof slackSchema>;

/** Checks Slack's variables, which belong together. Without any of them `slack` is undefined. */
export function readSlack(variables: Variables): Checked<{ slack: SlackConfig | undefined }> {
  const parsed = slackSchema.safeParse(variables);
  if (!parsed.success)
    return { value: undefined, faults: parsed.error.issues.map((issue) => faultOf(issue, variables)) };
  const message = combinationFault(parsed.data);
  return message ? { value: undefined, faults: [message] } : { value: { slack: slackOf(parsed.data) }, faults: [] };
}

function faultOf(issue: z.core.$ZodIssue, variables: Variables): string {
  const name = String(issue.path[0]);
  const value = variables[name];
  return fault(name, /TOKEN|SECRET/.test(name) ? showSecret(value) : show(value), issue.message);
}

function combinationFault(set: SlackVariables): string | undefined {
  const choice = 'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)';
  const given = (['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'] as const).filter((name) => set[name] !== undefined);
  if (!set.SLACK_BOT_TOKEN) {
    return given[0] && fault('SLACK_BOT_TOKEN', `nothing, although ${given[0]} is set`, 'both of them, or none');
  }
  if (given.length === 2) return fault('SLACK_APP_TOKEN and SLACK_SIGNING_SECRET', 'both', `one of them, ${choice}`);
  if (given.length === 0) return fault(choice, 'neither, although SLACK_BOT_TOKEN is set', 'one of them');
  return undefined;
}

function slackOf(set: SlackVariables): SlackConfig | undefined {
  if (!set.SLACK_BOT_TOKEN) return undefined;
  const receiver = set.SLACK_APP_TOKEN
    ? ({ kind: 'socket', appToken: set.SLACK_APP_TOKEN } as const)
    : ({ kind: 'http', signingSecret: set.SLACK_SIGNING_SECRET ?? '', port: set.PORT, host: set.HOST } as const);
  return { botToken: set.SLACK_BOT_TOKEN, apiUrl: set.SLACK_API_URL, receiver };
}

/** The bot's token goes to this address, so it may be nobody else's. */
function isLoopback(text: string): boolean {
  const url = URL.parse(text);
  if (url?.protocol !== 'http:' || url.username || url.password || url.search || url.hash) return false;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}

function asApiUrl(text: string): string {
  const path = new URL(text).href.replace(/\/+$/, '');
  return path.endsWith('/api') ? `${path}/` : `${path}/api/`;
}
