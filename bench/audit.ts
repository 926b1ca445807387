// 100,000 entries of the audit, verified: time, and memory above what the process had before.
import { openDatabases } from '../src/adapters/databases.ts';
import { type AuditRecord, openVerifier } from '../src/domain/audit-chain.ts';
import { AuditEntry } from '../src/models/audit-entry.ts';
import { judge, openGround } from './ground.ts';

const ENTRIES = 100_000;
const AT_ONCE = 2_000;

const ground = await openGround();
const { databases, close } = openDatabases(await ground.databases('bench_audit'));
const record = (number: number): AuditRecord => ({
  at: new Date(1_700_000_000_000 + number * 1000),
  runId: '0192d3a0-0000-7000-8000-000000000000',
  operation: 'grant-module',
  effect: 'changes',
  outcome: 'done',
  rule: null,
  message: null,
  reference: null,
  actorId: 'slack:U0OMAR',
  actorName: 'Omar Haddad',
  face: 'slack',
  channel: 'C0OPS',
  input: { org: 'LHR', module: 'work', until: '2027-03-31', number },
  subjects: ['LHR'],
  before: { work: { status: 'active', validUntil: '2026-12-31T23:59:59.999Z' } },
  after: { work: { status: 'active', validUntil: '2027-03-31T22:59:59.999Z' } },
});
for (let written = 0; written < ENTRIES; written += AT_ONCE) {
  const records = Array.from({ length: AT_ONCE }, (_, i) => record(written + i));
  await databases.ledger.transaction((trx) => AuditEntry.append(trx, records));
}

const residentMiB = () => process.memoryUsage.rss() / 2 ** 20;
const before = residentMiB();
let peak = before;
const begun = performance.now();
const verifier = openVerifier([]);
for await (const row of AuditEntry.all(databases.ledger)) {
  if (verifier.next(row)) throw new Error(`broken at ${row.sequence}`);
  if (row.sequence % 1000 === 0) peak = Math.max(peak, residentMiB());
}
const seconds = (performance.now() - begun) / 1000;
if (verifier.head().sequence !== ENTRIES) throw new Error('entries are missing');

console.log(
  `${ENTRIES.toLocaleString('en-GB')} entries verified in ${seconds.toFixed(1)} s, ${(peak - before).toFixed(0)} MiB above the start`,
);
judge('audit: seconds', seconds, { atMost: 20 });
judge('audit: MiB above the start', peak - before, { atMost: 60 });
await close();
await ground.stop();
