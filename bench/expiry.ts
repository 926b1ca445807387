// Looking after 17,576 x 5 accesses when nothing is due: how many statements, and how long, beside a plain count of them.
import { randomUUID } from 'node:crypto';
import { openDatabases } from '../src/adapters/databases.ts';
import { AccessReview } from '../src/models/access-review.ts';
import type { AccessWatch } from '../src/ops/expiring/access-watch.ts';
import { tendAccess } from '../src/ops/expiring/tend-access.ts';
import { fill, judge, median, openGround } from './ground.ts';

const ROUNDS = 15;
const MODULES = ['assets', 'work', 'capacity', 'planning', 'monitoring'];

const ground = await openGround();
const config = await ground.databases('bench_expiry');
await fill(config.databaseUrl, MODULES);
const { databases, close } = openDatabases(config);
const { platform, ledger } = databases;
// Every other access has an end, within the next five years and none of them near.
await platform.raw(
  `UPDATE entitlement.entitlements SET valid_until = now() + interval '60 days' + random() * interval '1800 days' WHERE hashtext(id) % 2 = 0`,
);
await platform.raw('VACUUM ANALYZE');

const quiet = () => undefined;
const ports = {
  databases,
  clock: { now: () => new Date() },
  log: { debug: quiet, info: quiet, warn: console.warn, error: console.error },
  settings: {
    environment: 'bench',
    timeZone: 'UTC',
    policy: undefined,
    access: { remindDaysBefore: [30, 7, 1], channel: 'C0' },
  },
};
const nobody = () => Promise.reject(new Error('nothing is due, and yet somebody is told'));
const announcer = { post: nobody, reply: nobody, amend: nobody };
const watch = { ports, announcer } as unknown as AccessWatch;

let statements = 0;
for (const database of [platform, ledger]) database.on('query', () => statements++);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const countAll = () => platform.raw(`SELECT count(*) FROM entitlement.entitlements WHERE status = 'active'`);
const times: { ours: number[]; floor: number[] } = { ours: [], floor: [] };
let most = 0;
for (let round = 0; round < ROUNDS; round++) {
  times.floor.push(await timed(countAll));
  statements = 0;
  times.ours.push(await timed(() => tendAccess(watch)));
  most = Math.max(most, statements);
}

// A review that is open, with all of its messages drawn.
const review = { id: randomUUID(), beganAt: new Date(), choice: { parts: [], leftOut: 0 } };
await AccessReview.begin(ledger, review);
await ledger.raw(`UPDATE access_review_parts SET drawn = 'false 0'`);
statements = 0;
await tendAccess(watch);
const inReview = statements;

console.log(
  `a count of all ${median(times.floor).toFixed(0)} ms, a look at what is due ${median(times.ours).toFixed(0)} ms, median of ${ROUNDS}`,
);
judge('expiry: statements when nothing is due', most, { atMost: 3 });
judge('expiry: statements while a review is open', inReview, { atMost: 3 });
judge('expiry: time, ratio to a count', median(times.ours) / median(times.floor), { atMost: 3 });
await close();
await ground.stop();
