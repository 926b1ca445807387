import type { Actor, ApprovalLine, ApprovalRule, Policy } from '../ports.ts';
import { listWords } from './module-keys.ts';

export const DEFAULT_WAIT_MS = 4 * 3_600_000;

/** Members by group id, as Slack says now; a group that cannot be asked is absent or empty. */
export type Members = ReadonlyMap<string, ReadonlySet<string>>;

/** People who have approved, under one rule. */
export interface Approvals {
  readonly rule: ApprovalRule;
  /** Whoever asked, as `personOf` says: never counts. */
  readonly askedBy: string;
  readonly approvers: readonly string[];
  readonly members: Members;
}

/** So many more people, out of these, who have neither asked nor approved. */
export type Missing = ApprovalLine;

/** The Slack person behind an actor, on whatever face; undefined for an OS user that capops.yml maps to none. */
export function personOf(actor: Actor, policy: Policy | undefined): string | undefined {
  if (actor.face === 'slack') return actor.slack?.userId;
  const { osUsers } = policy ?? {};
  if (actor.face !== 'terminal' || actor.osUser === undefined || !osUsers) return undefined;
  return Object.hasOwn(osUsers, actor.osUser) ? osUsers[actor.osUser]?.slack : undefined;
}

/** The rule that an operation waits for; undefined: it needs no second person. */
export function ruleFor(
  { name, secondPerson = false }: { name: string; secondPerson?: boolean | undefined },
  policy: Policy | undefined,
): ApprovalRule | undefined {
  const { approvals = {} } = policy ?? {};
  if (Object.hasOwn(approvals, name)) return approvals[name];
  return secondPerson ? defaultRule(policy) : undefined;
}

/** One of the admins, by user id, and by group where the file trusts groups. */
export function oneOfTheAdmins({ roles, trustUserGroups }: Pick<Policy, 'roles' | 'trustUserGroups'>): ApprovalLine {
  return { users: roles.admin.users, groups: trustUserGroups ? roles.admin.groups : [], count: 1 };
}

function defaultRule(policy: Policy | undefined): ApprovalRule {
  return {
    from: [policy ? oneOfTheAdmins(policy) : { users: [], groups: [], count: 1 }],
    waitMs: DEFAULT_WAIT_MS,
    nudge: { afterMs: DEFAULT_WAIT_MS / 2, users: undefined },
    channel: undefined,
  };
}

/** Whether a person is named by a line of the rule. */
export function mayApprove(person: string, { from }: ApprovalRule, members: Members): boolean {
  return from.some((line) => fits(person, line, members));
}

/** Who is still needed, a line for each kind of people; none: the rule is met. */
export function missingFrom(approvals: Approvals): Missing[] {
  const { rule, askedBy, approvers, members } = approvals;
  const people = [...new Set(approvers)].filter((person) => person !== askedBy);
  const filled = fill(rule.from, people, members);
  const gone = new Set([askedBy, ...people]);
  return rule.from.flatMap((line, place) => {
    const count = line.count - (filled[place]?.length ?? 0);
    if (count <= 0) return [];
    // Whoever fits a line from which an approver could move here is as welcome as who fits this one.
    const open = linesThatHelp(place, { lines: rule.from, filled, members }).map((index) => rule.from[index] ?? line);
    const users = [...new Set(open.flatMap((one) => one.users))].filter((user) => !gone.has(user));
    return [{ count, users, groups: [...new Set(open.flatMap((one) => one.groups))] }];
  });
}

/** Whether enough people are there to meet the rule, without whoever asks. */
export function canBeMet({ rule, askedBy, members }: Omit<Approvals, 'approvers'>): boolean {
  return missingFrom({ rule, askedBy, approvers: namedBy(rule, members), members }).length === 0;
}

/** Everybody who could approve under a rule. */
export function namedBy({ from }: ApprovalRule, members: Members): string[] {
  const named = from.flatMap(({ users, groups }) => [
    ...users,
    ...groups.flatMap((group) => [...(members.get(group) ?? [])]),
  ]);
  return [...new Set(named)];
}

/** Who is reminded: those whom the rule names for it, or else those who are still needed; never who has done their part. */
export function nudgedPeople(approvals: Approvals): string[] {
  const { rule, askedBy, approvers } = approvals;
  if (!rule.nudge) return [];
  const users = rule.nudge.users ?? missingFrom(approvals).flatMap((missing) => missing.users);
  return [...new Set(users)].filter((user) => user !== askedBy && !approvers.includes(user));
}

/** `Ada or Omar, and two of Vera, Nils and the user group S0OPS`. */
export function missingWords(missing: readonly Missing[], nameOf: (userId: string) => string): string {
  const lines = missing.map(({ count, users, groups }) => {
    const candidates = [...users.map(nameOf), ...groups.map((group) => `the user group ${group}`)];
    if (candidates.length === 0) return `${numberWord(count)} more, and capops.yml names nobody else`;
    if (count === 1) return listWords(candidates, 'or');
    if (groups.length === 0 && candidates.length === count) return listWords(candidates);
    return `${numberWord(count)} of ${listWords(candidates)}`;
  });
  return lines.join(', and ');
}

function fits(person: string, { users, groups }: ApprovalLine, members: Members): boolean {
  return users.includes(person) || groups.some((group) => members.get(group)?.has(person));
}

/** People by line, as many as there can be: each in one line, at most `count` in a line (augmenting paths). */
function fill(lines: readonly ApprovalLine[], people: readonly string[], members: Members): string[][] {
  const filled: string[][] = lines.map(() => []);
  const seat = (person: string, tried: Set<number>): boolean =>
    lines.some((line, place) => {
      if (tried.has(place) || !fits(person, line, members)) return false;
      tried.add(place);
      const seated = filled[place] ?? [];
      if (seated.length < line.count) return seated.push(person) > 0;
      const moved = seated.findIndex((other) => seat(other, tried));
      if (moved >= 0) seated[moved] = person;
      return moved >= 0;
    });
  for (const person of people) seat(person, new Set());
  return filled;
}

/** This line, and every one whose people could move towards it. */
function linesThatHelp(
  place: number,
  { lines, filled, members }: { lines: readonly ApprovalLine[]; filled: string[][]; members: Members },
): number[] {
  const help = new Set([place]);
  for (const reached of help) {
    const line = lines[reached];
    for (const [other, people] of filled.entries()) {
      if (line && people.some((person) => fits(person, line, members))) help.add(other);
    }
  }
  return [...help].sort((a, b) => a - b);
}

function numberWord(count: number): string {
  return ['no', 'one', 'two', 'three', 'four', 'five'][count] ?? String(count);
}
