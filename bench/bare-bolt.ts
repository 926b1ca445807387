// The peer of bench/ack and bench/start: a Bolt app that acknowledges, answers, and does nothing else.
import { App, HTTPReceiver } from '@slack/bolt';

const receiver = new HTTPReceiver({ signingSecret: process.env.SLACK_SIGNING_SECRET ?? '' });
const app = new App({
  receiver,
  token: process.env.SLACK_BOT_TOKEN ?? '',
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL ?? '' },
});
app.command('/capops', async ({ ack, respond }) => {
  await ack();
  await respond('Here you are.');
});
await app.start(Number(process.env.PORT));
console.log(JSON.stringify({ msg: 'ready' }));
