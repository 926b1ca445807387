import { channelObject, groupObject, userObject } from '../payloads.ts';
import { BOT, BOT_USER, directChannel, TEAM } from '../state.ts';
import { isTrue, type Method, Refusal, wanted } from './method.ts';

const authTest: Method = (workspace) => {
  const team = { team: 'CapaCity Planner', team_id: TEAM, url: `${workspace.url}/` };
  return { ...team, user: 'capops', user_id: BOT_USER, bot_id: BOT, is_enterprise_install: false };
};

const usersInfo: Method = (workspace, args) => {
  const person = workspace.state.people.get(wanted(args, 'user'));
  if (!person) throw new Refusal('user_not_found');
  return { user: userObject(person) };
};

const groupsList: Method = (workspace, args) => {
  const groups = [...workspace.state.groups.values()].filter((one) => !one.disabledAt || isTrue(args.include_disabled));
  return { usergroups: groups.map((group) => groupObject(group, isTrue(args.include_users))) };
};

const groupUsers: Method = (workspace, args) => {
  const group = workspace.state.groups.get(wanted(args, 'usergroup'));
  if (!group || (group.disabledAt && !isTrue(args.include_disabled))) throw new Refusal('no_such_subteam');
  return { users: group.people };
};

const conversationsOpen: Method = (workspace, args) => {
  const channel = workspace.state.channels.get(directChannel(wanted(args, 'users')));
  if (!channel) throw new Refusal('user_not_found');
  return { channel: isTrue(args.return_im) ? channelObject(channel) : { id: channel.id } };
};

const conversationsInfo: Method = (workspace, args) => {
  const channel = workspace.state.channels.get(wanted(args, 'channel'));
  if (!channel) throw new Refusal('channel_not_found');
  return { channel: channelObject(channel) };
};

export const directory: Record<string, Method> = {
  'auth.test': authTest,
  'users.info': usersInfo,
  'usergroups.list': groupsList,
  'usergroups.users.list': groupUsers,
  'conversations.open': conversationsOpen,
  'conversations.info': conversationsInfo,
};
