import { z } from 'zod';
import type { SeenMessage, SeenView } from '../client/reading.ts';
import type { Payload } from '../slack/deliver.ts';
import type { Delivery } from '../slack/state.ts';

const word = z.string();
const patience = z.object({ timeoutMs: z.number().max(60_000) }).optional();
const wanted = z.union([word, z.instanceof(RegExp)]);
const file = z.strictObject({ name: word, content: z.union([word, z.instanceof(Buffer)]) });
const given = z.union([word, z.array(word), z.number(), file, z.array(file), z.null()]);
const values = z.record(word, given);
const seenMessage = z.custom<SeenMessage>(
  (one) => z.object({ ts: word, blocks: z.array(z.any()) }).safeParse(one).success,
);
const seenView = z.custom<SeenView>((one) => z.object({ hash: word, blocks: z.array(z.any()) }).safeParse(one).success);
const payload = z.custom<Payload>((one) => z.record(word, z.any()).safeParse(one).success);
const delivery = z.custom<Delivery>((one) => z.object({ kind: word, payload }).safeParse(one).success);
const odd = z
  .strictObject({
    signingSecret: word.optional(),
    timestamp: z.number().optional(),
    headers: z.record(word, word).optional(),
  })
  .optional();
/** Infinity: until it is healed. */
const times = z.number().positive().or(z.literal(Number.POSITIVE_INFINITY)).optional();
const fault = z.strictObject({
  status: z.number().optional(),
  error: word.optional(),
  delayMs: z.number().optional(),
  retryAfter: z.number().optional(),
  down: z.boolean().optional(),
});
const people = z.array(word);
const groupEdit = z.strictObject({
  id: word,
  people: people.optional(),
  handle: word.optional(),
  name: word.optional(),
  disabled: z.boolean().optional(),
  silently: z.boolean().optional(),
});

/** What a person does and sees, with its arguments: the same names as in client/actor.ts. */
export const PERSON_VERBS = {
  command: z.tuple([word, word]),
  message: z.tuple([word, word, z.array(file).optional()]),
  reply: z.tuple([seenMessage, word]),
  edit: z.tuple([seenMessage, word]),
  takeBack: z.tuple([seenMessage]),
  click: z.tuple([z.union([seenView, seenMessage]), word]),
  choose: z.tuple([seenMessage, word, given]),
  fill: z.tuple([values]),
  submit: z.tuple([values.optional()]),
  choices: z.tuple([word, word.optional()]),
  dismiss: z.tuple([z.boolean().optional()]),
  openHome: z.tuple([]),
  read: z.tuple([word]),
  deactivate: z.tuple([]),
  reactivate: z.tuple([]),
  sees: z.tuple([word]),
  view: z.tuple([]),
  home: z.tuple([]),
  nextMessage: z.tuple([word, patience]),
  awaitMessage: z.tuple([word, wanted, patience]),
  nextView: z.tuple([patience]),
  awaitView: z.tuple([wanted, patience]),
};

/** What can be done to Slack itself, with its arguments: the same names as in client/testing.ts. */
export const SLACK_VERBS = {
  deliveries: z.tuple([word.optional()]),
  calls: z.tuple([word.optional()]),
  traffic: z.tuple([z.number().optional()]),
  keptLimits: z.tuple([]),
  deliver: z.tuple([word, payload, odd]),
  redeliver: z.tuple([delivery, odd]),
  failNext: z.tuple([word, fault, times]),
  holdAcks: z.tuple([word.optional(), times]),
  heal: z.tuple([]),
  turnClock: z.tuple([z.number().nonnegative()]),
  setGroup: z.tuple([word, people, z.strictObject({ silently: z.boolean() }).optional()]),
  editGroup: z.tuple([groupEdit]),
  refreshSocket: z.tuple([]),
  connections: z.tuple([]),
};

export type PersonVerb = keyof typeof PERSON_VERBS;
export type SlackVerb = keyof typeof SLACK_VERBS;
