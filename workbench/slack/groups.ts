import { tell } from './events.ts';
import { groupObject } from './payloads.ts';
import { type Delivery, TEAM, type UserGroup } from './state.ts';
import { changed, type Workspace } from './workspace.ts';

/** What is given is set; the rest stays. A group that is not there is made. */
export type GroupEdit = {
  id: string;
  people?: string[];
  handle?: string;
  name?: string;
  disabled?: boolean;
  silently?: boolean;
};

/**
 * Changes a user group, and tells the app as Slack does: `subteam_updated` (or `subteam_created`), and
 * `subteam_members_changed` where its people are others. Resolves with the delivery that tells of the people.
 */
export async function setGroup(workspace: Workspace, edit: GroupEdit): Promise<Delivery | undefined> {
  const { id, handle, name, disabled, silently = false } = edit;
  const { groups } = workspace.state;
  const now = Math.floor(workspace.now() / 1000);
  const known = groups.get(id);
  const before = known ?? { id, handle: id.toLowerCase(), name: id, people: [], updated: now, disabledAt: 0 };
  const group: UserGroup = {
    ...before,
    updated: now,
    people: edit.people ?? before.people,
    handle: handle ?? before.handle,
    name: name ?? before.name,
    ...(disabled === undefined ? {} : { disabledAt: disabled ? now : 0 }),
  };
  groups.set(id, group);
  changed(workspace);
  if (silently) return undefined;
  const type = known ? 'subteam_updated' : 'subteam_created';
  const updated = tell(workspace, { type, subteam: groupObject(group, true) });
  const members = edit.people ? tell(workspace, membersChanged(before, group)) : updated;
  await updated;
  return members;
}

function membersChanged(before: UserGroup, { id, people, updated }: UserGroup) {
  const added = people.filter((person) => !before.people.includes(person));
  const removed = before.people.filter((person) => !people.includes(person));
  return {
    type: 'subteam_members_changed',
    subteam_id: id,
    team_id: TEAM,
    date_previous_update: before.updated,
    date_update: updated,
    added_users: added,
    added_users_count: added.length,
    removed_users: removed,
    removed_users_count: removed.length,
  };
}
