import type { Payload } from './deliver.ts';
import { fileObject } from './files.ts';
import {
  APP,
  BOT,
  BOT_USER,
  type Channel,
  type Message,
  type Person,
  TEAM,
  type UserGroup,
  type View,
} from './state.ts';
import { threadUnder } from './threads.ts';
import { newId, type Workspace } from './workspace.ts';

/** What interactive requests have in common. */
export function envelope(type: string, person: Person): Payload {
  return {
    type,
    team: { id: TEAM, domain: 'capacity' },
    enterprise: null,
    is_enterprise_install: false,
    user: { id: person.id, username: person.handle, name: person.handle, team_id: TEAM },
    api_app_id: APP,
    token: 'verification-tokens-are-deprecated',
  };
}

/** An event in the Events API's wrapper. */
export function eventPayload(workspace: Workspace, event: Payload): Payload {
  return {
    token: 'verification-tokens-are-deprecated',
    team_id: TEAM,
    context_team_id: TEAM,
    api_app_id: APP,
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: Math.floor(workspace.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: TEAM, user_id: BOT_USER, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: newId('EC'),
    event,
  };
}

/** A message as the Web API and events show it. */
export function messageObject(workspace: Workspace, message: Message): Payload {
  const byBot = message.user === BOT_USER;
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: TEAM,
    ...(byBot ? { bot_id: BOT, app_id: APP } : {}),
    ...(message.blocks ? { blocks: message.blocks } : {}),
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    ...threadParts(workspace, message),
    ...(message.files ? { files: message.files.map((file) => fileObject(workspace, file)) } : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
  };
}

function threadParts(workspace: Workspace, { ts }: Message): Payload {
  const thread = threadUnder(workspace, ts);
  if (!thread) return {};
  const { replies, people, latest } = thread;
  return {
    thread_ts: ts,
    reply_count: replies,
    reply_users: people,
    reply_users_count: people.length,
    latest_reply: latest,
  };
}

/** A view as the Web API and view requests show it. */
export function viewObject(view: View, values: Payload = {}): Payload {
  const plain = (text: string | undefined) => (text === undefined ? null : { type: 'plain_text', text, emoji: true });
  return {
    id: view.id,
    team_id: TEAM,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    state: { values },
    hash: view.hash,
    title: plain(view.title),
    clear_on_close: view.clearOnClose,
    notify_on_close: view.notifyOnClose,
    close: plain(view.close),
    submit: plain(view.submit),
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: APP,
    external_id: view.externalId,
    app_installed_team_id: TEAM,
    bot_id: BOT,
  };
}

export function userObject(person: Person): Payload {
  return {
    id: person.id,
    team_id: TEAM,
    name: person.handle,
    real_name: person.name,
    deleted: person.deactivated,
    is_bot: false,
    is_app_user: false,
    is_restricted: person.guest,
    is_ultra_restricted: false,
    is_admin: false,
    is_owner: false,
    tz: 'Europe/London',
    tz_label: 'Greenwich Mean Time',
    tz_offset: 0,
    profile: { real_name: person.name, display_name: person.handle },
  };
}

export function channelObject(channel: Channel): Payload {
  const direct = channel.person !== undefined;
  return {
    id: channel.id,
    name: channel.name,
    is_channel: !direct,
    is_im: direct,
    is_private: false,
    is_archived: false,
    is_member: true,
    ...(direct ? { user: channel.person } : {}),
  };
}

export function groupObject(group: UserGroup, withPeople: boolean): Payload {
  const { id, handle, name, people, updated, disabledAt } = group;
  return {
    id,
    team_id: TEAM,
    is_usergroup: true,
    handle,
    name,
    description: '',
    date_create: 0,
    date_update: updated,
    date_delete: disabledAt,
    user_count: people.length,
    ...(withPeople ? { users: people } : {}),
  };
}
