import { App, type BlockButtonAction, type ViewSubmitAction } from '@slack/bolt';
import type { Announcer } from '../../ops/service/announcer.ts';
import type { OpsService } from '../../ops/service/service.ts';
import type { Ports } from '../../ports.ts';
import { sayDirectly } from './answer.ts';
import { boltLog } from './bolt-log.ts';
import { choices } from './choices.ts';
import { click } from './click.ts';
import { openCorrespondent } from './correspondent.ts';
import type { Desk, SlackWeb } from './desk.ts';
import { drawWords } from './draw-report.ts';
import { listenToEvents } from './events.ts';
import { createHandling, type Handling } from './handling.ts';
import { openHomeTabs } from './home-tabs.ts';
import { arrivalIn, storeFirst } from './intake.ts';
import { type Interaction, ofInteraction } from './origin.ts';
import { perform } from './perform.ts';
import { createAnnouncer } from './post-report.ts';
import { formChannel } from './read-form.ts';
import { openDoor, type ReceiverConfig } from './receiver.ts';
import { submit } from './submission.ts';

export interface SlackFaceOptions {
  readonly service: OpsService;
  readonly ports: Ports;
  readonly web: SlackWeb;
  readonly config: {
    readonly botToken: string;
    readonly apiUrl: string | undefined;
    readonly receiver: ReceiverConfig;
  };
  /** The id of the channel that hears of changes made elsewhere. */
  readonly announcements: string | undefined;
}

export interface SlackFace {
  readonly announcer: Announcer;
  /** Resolves once Slack can reach CapOps; `port` where it listens on one. */
  start(): Promise<{ port?: number }>;
  /** Whether Slack can reach CapOps now. */
  isConnected(): boolean;
  /** Gives somebody a sentence in their direct messages. */
  tell(userId: string, sentence: string): Promise<void>;
  /** Takes nothing new, and resolves when everything that was taken is answered. */
  stop(): Promise<void>;
}

/** CapOps as people meet it in Slack: the command, forms, buttons, direct messages and the home tab. */
export function createSlackFace({ service, ports, web, config, announcements }: SlackFaceOptions): SlackFace {
  const homeTabs = openHomeTabs();
  const desk: Desk = { service, ports, web, announcements, homeTabs };
  const handling = createHandling(desk);
  const logger = boltLog(ports.log);
  const intake = (process: App['processEvent']) => storeFirst(desk, handling, process);
  const door = openDoor(config.receiver, { logger, fetch: web.fetch, apiUrl: config.apiUrl, intake });
  const app = new App({
    receiver: door.receiver,
    logger,
    clientOptions: { fetch: web.fetch, ...(config.apiUrl ? { slackApiUrl: config.apiUrl } : {}) },
    // Asking Slack who the bot is, as Bolt would, could fail; nothing here needs it.
    authorize: async () => ({ botToken: config.botToken }),
    ignoreSelf: false,
    convoStore: false,
  });
  listen(app, desk, handling);
  listenToEvents(app, desk, handling);
  service.attend(openCorrespondent(desk));
  return {
    announcer: createAnnouncer(desk),
    start: async () => {
      const port = await door.start();
      return port === undefined ? {} : { port };
    },
    isConnected: door.isOpen,
    tell: async (userId, sentence) => {
      await sayDirectly(desk, userId, drawWords(desk, { title: sentence }));
    },
    stop: async () => {
      await door.stop(handling.settled);
      await homeTabs.stop();
    },
  };
}

/** Everything a person does; which operation it is for stands in what they did. */
function listen(app: App, desk: Desk, handling: Handling): void {
  app.command(/.*/, async ({ ack, context }) => {
    const arrival = arrivalIn(context);
    if (arrival) await handling.afterAck(ack, arrival, (asker) => perform(desk, asker, arrival));
  });

  app.action(/.*/, async ({ ack, body, context }) => {
    const arrival = arrivalIn(context);
    if (!arrival) return ack();
    await handling.afterAck(ack, arrival, (asker) => click(desk, asker, arrival, body as BlockButtonAction));
  });

  app.options<'block_suggestion'>({ type: 'block_suggestion', action_id: /.*/ }, ({ ack, body }) => {
    const { view, value } = body;
    const origin = ofInteraction(body as Interaction, formChannel(view?.private_metadata ?? ''));
    return handling.withAck(ack, { origin }, async (asker) => ({
      response: { options: await choices(desk, await asker, { callbackId: view?.callback_id ?? '', typed: value }) },
    }));
  });

  app.view<ViewSubmitAction>(/.*/, async ({ ack, view, context }) => {
    const arrival = arrivalIn(context);
    if (arrival) await handling.withAck(ack, arrival, (asker) => submit(desk, asker, arrival, view));
  });
}
