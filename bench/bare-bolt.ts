// The peer of the benchmarks: a Bolt app that acknowledges, answers, and does nothing else; with a database, it stores
// what was asked for before it acknowledges.
import { App, HTTPReceiver } from '@slack/bolt';

const receiver = new HTTPReceiver({ signingSecret: process.env.SLACK_SIGNING_SECRET ?? '' });
const app = new App({
  receiver,
  token: process.env.SLACK_BOT_TOKEN ?? '',
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL ?? '' },
});
const store = process.env.DATABASE_URL ? await openStore(process.env.DATABASE_URL) : undefined;
app.command('/capops', async ({ ack, respond, body }) => {
  await store?.(body.trigger_id, body);
  await ack();
  await respond('Here you are.');
});
await app.start(Number(process.env.PORT));
console.log(JSON.stringify({ msg: 'ready' }));

async function openStore(connectionString: string): Promise<(key: string, body: object) => Promise<unknown>> {
  const { Pool } = await import('pg');
  const pool = new Pool({ connectionString });
  await pool.query('CREATE TABLE IF NOT EXISTS requests (key text PRIMARY KEY, body jsonb NOT NULL)');
  return (key, body) => pool.query('INSERT INTO requests VALUES ($1, $2)', [key, JSON.stringify(body)]);
}
