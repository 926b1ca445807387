import { expect, onTestFinished, test } from 'vitest';
import { down, up } from '../../migrations/ledger/0009-job-queue.ts';
import { openDatabases } from '../../src/adapters/databases.ts';
import { addresses } from '../adapters/addresses.ts';
import { shapeOf } from '../adapters/shape.ts';

test('the queue’s tables come whole or not at all, and go again', async () => {
  const { databaseUrl } = await addresses({ shape: 'empty' });
  const { databases, close } = openDatabases({ databaseUrl, ledgerDatabaseUrl: databaseUrl });
  onTestFinished(close);
  const { ledger } = databases;
  const before = await shapeOf(databaseUrl);
  const cutOff = ledger.transaction(async (trx) => {
    await up(trx);
    throw new Error('killed');
  });
  await expect(cutOff).rejects.toThrow('killed');
  expect(await shapeOf(databaseUrl)).toEqual(before);
  await ledger.transaction(up);
  expect(await ledger('capops_jobs.queue').pluck('name')).toEqual(['runs']);
  await ledger.transaction(down);
  expect(await shapeOf(databaseUrl)).toEqual(before);
});
