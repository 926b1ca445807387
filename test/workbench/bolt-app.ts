import { App, LogLevel } from '@slack/bolt';
import { type LocalSlack, type LocalSlackOptions, startLocalSlack } from '../../workbench/local-slack.ts';

/** A local Slack with a small Bolt app connected to it; `listen` gives the app its listeners. */
export async function slackWithApp(
  listen: (app: App) => void = () => {},
  options: LocalSlackOptions = {},
): Promise<LocalSlack & { app: App; end(): Promise<void> }> {
  const slack = await startLocalSlack(options);
  const app = new App({
    token: slack.botToken,
    signingSecret: slack.signingSecret,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
    logLevel: LogLevel.ERROR,
  });
  listen(app);
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  const { port } = server.address() as { port: number };
  slack.connect(`http://127.0.0.1:${port}/slack/events`);
  // Bolt asks who it is as it starts; a test that ends sooner would leave it with a dead line.
  await slack.until(() => slack.calls('auth.test').length > 0);
  const end = async () => {
    const stopped = app.stop();
    // What the app never acknowledges is not waited for.
    server.closeAllConnections();
    await stopped;
    await slack.close();
  };
  return Object.assign(slack, { app, end });
}
