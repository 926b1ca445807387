import { z } from 'zod';
import type { Actor } from '../../ports.ts';
import type { Posted } from './answer.ts';
import type { Origin } from './desk.ts';

/** How an answer is said: where it was asked for, in direct messages, as a form's, as a clicked button's. */
const MANNERS = ['asked', 'direct', 'form', 'click'] as const;

export type Manner = (typeof MANNERS)[number];

/** Optional fields only from here on: the ledger may hold what an older version wrote. */
const schema = z.object({
  face: z.literal('slack'),
  userId: z.string(),
  userName: z.string().optional(),
  teamId: z.string(),
  channelId: z.string().optional(),
  responseUrl: z.string().optional(),
  manner: z.enum(MANNERS).catch('asked'),
  /** A message that may be changed. */
  posted: z.object({ channel: z.string(), ts: z.string() }).optional(),
  /** The clicked or posted message shows this run, so that its end belongs there. */
  inPlace: z.boolean().optional(),
});

/** What the ledger keeps so that any process can answer. */
export type StoredAnswer = z.infer<typeof schema>;

export function answerTo(
  { userId, userName, teamId, channelId, responseUrl }: Origin,
  { manner, posted }: { readonly manner: Manner; readonly posted?: Posted | undefined },
): StoredAnswer {
  return { face: 'slack', userId, userName, teamId, channelId, responseUrl, manner, posted };
}

/** Undefined where the request did not come through Slack. */
export function readAnswer(answer: unknown): StoredAnswer | undefined {
  return schema.safeParse(answer).data;
}

/** To the person who let an entry of the schedule run: in their direct messages. Undefined where nobody in Slack did. */
export function answerOnBehalf({ onBehalfOf }: Actor): StoredAnswer | undefined {
  if (!onBehalfOf?.slack) return undefined;
  const { userId, teamId } = onBehalfOf.slack;
  return { face: 'slack', userId, userName: onBehalfOf.name, teamId, manner: 'direct' };
}

/** Who asked, as far as answers need it. */
export function originOf({ userId, userName, teamId, channelId, responseUrl }: StoredAnswer): Origin {
  return { userId, userName, teamId, channelId, responseUrl };
}
