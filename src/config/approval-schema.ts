import { z } from 'zod';
import { canBeMet, DEFAULT_WAIT_MS, oneOfTheAdmins } from '../domain/approval-rule.ts';
import type { ApprovalRule, Policy } from '../ports.ts';
import { channel, duration, group, keys, list, user } from './policy-values.ts';

const WAIT = 'how long a request waits, from 5m to 7d, such as 30m, 4h or 1d';
const AFTER = 'never, or when people are reminded, from 1m to 7d and before the end of the wait, such as 30m';
const COUNT = 'how many of them, from 1 to 20';

const line = z.strictObject(
  {
    users: list(user, 'U0123'),
    groups: list(group, 'S0123'),
    count: z.number(COUNT).int(COUNT).min(1, COUNT).max(20, COUNT).default(1),
  },
  keys('users, groups, count'),
);

const after = duration(AFTER, { least: '1m', most: '7d' });

const nudge = z.strictObject(
  {
    after: z.union([z.literal('never').transform(() => undefined), after], AFTER),
    users: list(user, 'U0123').optional(),
  },
  keys('after, users'),
);

/** Who may approve one operation, as capops.yml has it. */
const rule = z
  .strictObject(
    {
      from: z
        .array(line, 'a list of lines, such as [{ users: [U0123], count: 1 }]')
        .min(1, 'at least one line')
        .optional(),
      wait: duration(WAIT, { least: '5m', most: '7d' }).default(DEFAULT_WAIT_MS),
      nudge: nudge.optional(),
      channel: channel.optional(),
    },
    keys('from, wait, nudge, channel'),
  )
  .superRefine(refuseWhatNobodyMeets);

/** The section: who may approve what, by operation. */
export const approvalRules = z.record(z.string(), rule, 'operations and who may approve them');

type Rule = z.infer<typeof rule>;

/** A rule that its people cannot meet would let every request expire. Who is in a group is not known yet. */
function refuseWhatNobodyMeets({ from, wait, nudge: given }: Rule, context: z.RefinementCtx): void {
  if (given?.after !== undefined && given.after >= wait) {
    context.addIssue({ code: 'custom', path: ['nudge', 'after'], message: AFTER });
  }
  const empty = from?.findIndex(({ users, groups }) => users.length + groups.length === 0) ?? -1;
  if (empty >= 0) {
    context.addIssue({ code: 'custom', path: ['from', empty], input: undefined, message: 'users, groups, or both' });
    return;
  }
  if (!from || from.some(({ groups }) => groups.length > 0)) return;
  const complete = { from, waitMs: wait, nudge: undefined, channel: undefined };
  if (canBeMet({ rule: complete, askedBy: '', members: new Map() })) return;
  const message = 'as many different people as the counts ask for; one person counts for one line';
  context.addIssue({ code: 'custom', path: ['from'], input: from, message });
}

/** A group decides something dangerous only where the file trusts groups. */
export function refuseUntrustedGroups(rules: Readonly<Record<string, Rule>>, context: z.RefinementCtx): void {
  for (const [operation, { from = [] }] of Object.entries(rules)) {
    for (const [place, { groups }] of from.entries()) {
      if (groups.length === 0) continue;
      const path = ['approvals', operation, 'from', place, 'groups'];
      const message = 'none, unless trust_user_groups is true: whoever edits such a group could let themselves approve';
      context.addIssue({ code: 'custom', path, input: groups, message });
    }
  }
}

/** The rules, with the admins where a rule names nobody, and a reminder after half of the wait where it says nothing. */
export function rulesOf(
  rules: Readonly<Record<string, Rule>>,
  roles: Pick<Policy, 'roles' | 'trustUserGroups'>,
): Record<string, ApprovalRule> {
  const entries = Object.entries(rules).map(([operation, { from, wait, nudge: given, channel: own }]) => {
    const afterMs = given ? given.after : wait / 2;
    const approval: ApprovalRule = {
      from: from ?? [oneOfTheAdmins(roles)],
      waitMs: wait,
      nudge: afterMs === undefined ? undefined : { afterMs, users: given?.users },
      channel: own,
    };
    return [operation, approval] as const;
  });
  return Object.fromEntries(entries);
}
