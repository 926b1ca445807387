import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '@slack/bolt';
import { expect, it } from 'vitest';
import { openSlackWeb } from '../../../src/adapters/slack-web.ts';
import { boltLog } from '../../../src/faces/slack/bolt-log.ts';
import { openDoor } from '../../../src/faces/slack/receiver.ts';
import { startLocalSlack } from '../../../workbench/local-slack.ts';

const quiet = () => undefined;
const logger = boltLog({ debug: quiet, info: quiet, warn: quiet, error: quiet });

it('stops in the middle of a renewal without a rejection that nobody hears', async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', hear);
  const slack = await startLocalSlack();
  const { fetch } = openSlackWeb(slack);
  const door = openDoor(
    { kind: 'socket', appToken: slack.appToken },
    { logger, fetch, apiUrl: slack.apiUrl, intake: (process) => process },
  );
  door.receiver.init({ processEvent: async () => undefined } as unknown as App);
  await door.start();
  slack.failNext('hello', {});
  slack.refreshSocket();
  await slack.until(() => slack.connections() < 2 || undefined);
  await slack.until(() => slack.connections() === 2 || undefined, { timeoutMs: 15_000 });
  await door.stop(async () => undefined);
  await sleep(100);
  process.off('unhandledRejection', hear);
  await slack.close();
  expect(unheard).toEqual([]);
});
