import { type Members, missingFrom, missingWords } from '../../domain/approval-rule.ts';
import type { ApprovalRule, Ports } from '../../ports.ts';

/** The members of the groups that a rule names, as Slack says now. A group that cannot be asked has none. */
export async function membersOf({ directory }: Pick<Ports, 'directory'>, { from }: ApprovalRule): Promise<Members> {
  const groups = [...new Set(from.flatMap((line) => line.groups))];
  const members = groups.map(async (id) => [id, (await directory?.groupMembers(id)) ?? new Set<string>()] as const);
  return new Map(await Promise.all(members));
}

/** Who is still needed: `Ada or Omar`. People go by their names in Slack, or by their ids where it does not answer. */
export async function stillNeeded(
  { directory }: Pick<Ports, 'directory'>,
  approvals: Parameters<typeof missingFrom>[0],
): Promise<string> {
  const missing = missingFrom(approvals);
  const ids = [...new Set(missing.flatMap(({ users }) => users))];
  const people = await Promise.all(ids.map(async (id) => [id, (await directory?.person(id))?.name || id] as const));
  const names = new Map(people);
  return missingWords(missing, (id) => names.get(id) ?? id);
}
