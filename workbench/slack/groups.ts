import { deliver } from './deliver.ts';
import { eventPayload } from './payloads.ts';
import { type Delivery, TEAM } from './state.ts';
import { changed, type Workspace } from './workspace.ts';

export type GroupEdit = { id: string; people: string[]; silently?: boolean };

/** Sets a user group's members, makes the group where there is none, and tells the app as Slack does. */
export async function setGroup(workspace: Workspace, edit: GroupEdit): Promise<Delivery | undefined> {
  const { id, people } = edit;
  const now = Math.floor(workspace.now() / 1000);
  const before = workspace.state.groups.get(id) ?? { id, handle: id.toLowerCase(), name: id, people: [], updated: now };
  workspace.state.groups.set(id, { ...before, people, updated: now });
  changed(workspace);
  if (edit.silently) return undefined;
  const added = people.filter((person) => !before.people.includes(person));
  const removed = before.people.filter((person) => !people.includes(person));
  const event = {
    type: 'subteam_members_changed',
    subteam_id: id,
    team_id: TEAM,
    date_previous_update: before.updated,
    date_update: now,
    added_users: added,
    added_users_count: added.length,
    removed_users: removed,
    removed_users_count: removed.length,
    event_ts: String(now),
  };
  return deliver(workspace, 'event', eventPayload(workspace, event));
}
