import { expect } from 'vitest';
import { openJobQueue } from '../../src/adapters/job-queue.ts';
import { startWorker } from '../../src/faces/worker/index.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService } from '../../src/ops/service/service.ts';
import type { Ports } from '../../src/ports.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { openGround } from './backup-ground.ts';
import { startOf } from './crew.ts';
import { OMAR, POLICY } from './desk.ts';

itNeeds(
  ['postgresClient', 'zstd'],
  'a backup that is asked for in Slack waits for a worker, who makes it',
  async () => {
    const ground = await openGround();
    const quiet = () => undefined;
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    const queue = openJobQueue(ground.databases.ledger, log, { heartbeatSeconds: 10, superviseSeconds: 1 });
    const ports: Ports & { startId: string } = {
      startId: await startOf(ground),
      databases: ground.databases,
      jobs: queue,
      cache: undefined,
      directory: undefined,
      clock: { now: () => new Date() },
      log,
      settings: { environment: 'test', timeZone: 'UTC', policy: POLICY },
      openBackups: async () => ground.backups,
    };
    const service = createService(ports, OPERATIONS);
    const worker = startWorker({ ports, service, queue, concurrency: 1, graceMs: 1000 });
    const operation = service.find('backup');
    if (!operation) throw new Error('there is no backup');
    const receipt = await service.receive({
      operation,
      actor: OMAR,
      raw: { note: 'before the move' },
      deliveryKey: 'one',
    });
    const outcome = await service.execute({ operation, actor: OMAR, raw: { note: 'before the move' }, receipt });
    expect(outcome.kind).toBe('queued');
    const made = () => ground.ledger("SELECT manifest->>'note' AS note FROM backups");
    await expect.poll(made, { timeout: 20_000 }).toEqual([{ note: 'before the move' }]);
    await worker.stop();
    await queue.close();
    await service.settled();
    expect(await ground.ledger("SELECT state FROM runs WHERE operation = 'backup'")).toEqual([{ state: 'done' }]);
  },
  { timeoutSeconds: 40 },
);
