import { z } from 'zod';
import type { Clock, Directory, Person } from '../ports.ts';

/** How long an answer counts, and for how long a failure is not asked again. */
const FRESH_MS = 60_000;
const FAILED_MS = 3_000;
const MOST_REMEMBERED = 10_000;

/** Calls one of Slack's methods and rejects when it fails; web-api's client has this shape. It has to give up by itself. */
export interface SlackMethods {
  apiCall(method: string, options?: Record<string, unknown>): Promise<unknown>;
}

const authSchema = z.object({ team_id: z.string() });
const groupSchema = z.object({ users: z.array(z.string()) });
const userSchema = z.object({
  user: z.object({
    name: z.string().default(''),
    real_name: z.string().default(''),
    deleted: z.boolean().default(false),
    is_bot: z.boolean().default(false),
    is_restricted: z.boolean().default(false),
    is_ultra_restricted: z.boolean().default(false),
    is_stranger: z.boolean().default(false),
    profile: z.object({ display_name: z.string().default('') }).prefault({}),
  }),
});

/** Who is who, as Slack says, remembered for 60 s. What it does not say within the client's time counts as unknown. */
export function openSlackDirectory(slack: SlackMethods, clock: Clock): Directory {
  const workspace = remember(
    async () => authSchema.parse(await slack.apiCall('auth.test')).team_id,
    clock,
    Number.POSITIVE_INFINITY,
  );
  const people = remember(
    async (user) => personOf(userSchema.parse(await slack.apiCall('users.info', { user }))),
    clock,
  );
  // A guest stays a guest while Slack is silent.
  const lastKnown = new Map<string, Person>();
  const groups = remember(async (usergroup) => {
    const { users } = groupSchema.parse(await slack.apiCall('usergroups.users.list', { usergroup }));
    return new Set(users);
  }, clock);
  return {
    workspaceId: () => workspace.ask(''),
    person: async (userId) => {
      const person = await people.ask(userId);
      if (lastKnown.size >= MOST_REMEMBERED) lastKnown.clear();
      if (person) lastKnown.set(userId, person);
      return person ?? lastKnown.get(userId);
    },
    groupMembers: async (groupId) => (await groups.ask(groupId)) ?? new Set(),
    forgetGroup: (groupId) => groups.forget(groupId),
  };
}

/** Bots and people of other workspaces have the standing of guests: CapOps takes requests from members. */
function personOf({ user }: z.infer<typeof userSchema>): Person {
  const name = user.profile.display_name || user.real_name || user.name;
  if (user.deleted) return { name, standing: 'deactivated' };
  const isGuest = user.is_restricted || user.is_ultra_restricted || user.is_stranger || user.is_bot;
  return { name, standing: isGuest ? 'guest' : 'member' };
}

interface Remembered<T> {
  readonly value: Promise<T | undefined>;
  untilMs: number;
}

interface Memory<T> {
  /** Undefined when it could not be asked. Those who ask at the same time share one call. */
  ask(key: string): Promise<T | undefined>;
  /** Without a key, everything. */
  forget(key?: string): void;
}

function remember<T>(load: (key: string) => Promise<T>, clock: Clock, freshMs = FRESH_MS): Memory<T> {
  const known = new Map<string, Remembered<T>>();
  const nowMs = () => clock.now().getTime();
  const loadAnew = (key: string): Promise<T | undefined> => {
    if (known.size >= MOST_REMEMBERED) known.clear();
    const failed = () => {
      entry.untilMs = nowMs() + FAILED_MS;
      return undefined;
    };
    const entry: Remembered<T> = { untilMs: nowMs() + freshMs, value: load(key).catch(failed) };
    known.set(key, entry);
    return entry.value;
  };
  return {
    ask: (key) => {
      const entry = known.get(key);
      return entry && nowMs() < entry.untilMs ? entry.value : loadAnew(key);
    },
    forget: (key) => {
      if (key === undefined) known.clear();
      else known.delete(key);
    },
  };
}
