import { once } from 'node:events';
import { type Actor, actAs } from './client/actor.ts';
import { testing } from './client/testing.ts';
import { type Found, type Patience, until } from './client/until.ts';
import { controlRoute } from './control/route.ts';
import { newClock } from './slack/clock.ts';
import { listen, type Route } from './slack/server.ts';
import { type State, TEAM } from './slack/state.ts';
import { newWorkspace, type Workspace } from './slack/workspace.ts';

export type LocalSlackOptions = {
  /** Any free port by default. */
  port?: number;
  /** Whether calls that come faster than Slack allows are refused (slack/rates.ts); true by default. */
  rates?: boolean;
  /** Routes beside Slack's own, such as the page's. */
  routes?: (workspace: Workspace) => Route[];
};

export type LocalSlack = Awaited<ReturnType<typeof startLocalSlack>>;

/** Starts a workspace with Ada, Omar, Vera, Nils, a guest and somebody deactivated, in which nothing has happened yet. */
export async function startLocalSlack(options: LocalSlackOptions = {}) {
  const workspace = newWorkspace(newClock());
  workspace.hasRates = options.rates ?? true;
  const server = await listen(workspace, options.port ?? 0, [
    controlRoute(workspace),
    ...(options.routes?.(workspace) ?? []),
  ]);
  return {
    url: workspace.url,
    /** For `slackApiUrl`, with its slash at the end. */
    apiUrl: `${workspace.url}/api/`,
    botToken: workspace.botToken,
    /** For Socket Mode: while the app has connections open, it is reached through them and not over HTTP. */
    appToken: workspace.appToken,
    signingSecret: workspace.signingSecret,
    /** For client/remote.ts and for whoever asks over HTTP: see README.md. */
    control: { url: workspace.url, token: workspace.controlToken },
    teamId: TEAM,
    workspace,

    /** Names the address at which the app takes requests, such as http://127.0.0.1:3000/slack/events. */
    connect(appUrl: string): void {
      workspace.appUrl = appUrl;
    },

    ...testing(workspace),
    /** Somebody who acts, with what is posted from now on as unread: U0ADA, U0OMAR, U0VERA, U0NILS, U0GUEST, U0GONE. */
    as(id: string): Actor {
      const person = workspace.state.people.get(id);
      if (!person) throw new Error(`Nobody in the local Slack is ${id}.`);
      return actAs(workspace, person);
    },

    /** Waits until the check gives something, asked again after every change. See client/until.ts. */
    until: <T>(check: (state: State) => T, patience?: Patience): Promise<Found<T>> =>
      until(workspace, () => check(workspace.state), patience),

    /** Lets the calls in flight end (a page that listens would not: it is cut off after half a second). */
    async close(): Promise<void> {
      workspace.clock.stop();
      for (const { socket } of workspace.sockets.values()) socket.terminate();
      const closed = once(server, 'close');
      server.close();
      const patience = setTimeout(() => server.closeAllConnections(), 500);
      await closed;
      clearTimeout(patience);
    },
  };
}
