import { openJobQueue } from '../../src/adapters/job-queue.ts';
import { Start } from '../../src/models/start.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import type { Correspondent } from '../../src/ops/service/correspondent.ts';
import type { Operation } from '../../src/ops/service/operation.ts';
import { createService, type OpsService, type Outcome } from '../../src/ops/service/service.ts';
import type { JobQueue, Policy, Ports } from '../../src/ports.ts';
import { type Desk, POLICY } from './desk.ts';

/** One process of CapOps over a desk's databases: a start of its own, a queue of its own, somebody to answer. */
export interface CrewMember {
  readonly ports: Ports & { readonly startId: string };
  readonly service: OpsService;
  readonly queue: JobQueue;
  /** What askers were told, in order. */
  readonly told: { readonly runId: string; readonly outcome: Outcome }[];
  close(): Promise<void>;
}

const PACE = { heartbeatSeconds: 10, superviseSeconds: 1 };

export async function joinCrew(
  desk: Desk,
  operations: readonly Operation[] = OPERATIONS,
  policy: Policy = POLICY,
): Promise<CrewMember> {
  const startId = await startOf(desk);
  const quiet = () => undefined;
  const complain = (fields: object, message: string) => void desk.complaints.push({ fields, message });
  const log = { debug: quiet, info: quiet, warn: complain, error: complain };
  const queue = openJobQueue(desk.databases.ledger, log, PACE);
  const ports = {
    startId,
    processes: undefined,
    databases: desk.databases,
    jobs: queue,
    cache: undefined,
    directory: undefined,
    clock: { now: () => desk.now },
    log,
    settings: { environment: 'test', timeZone: 'UTC', policy },
  };
  const service = createService(ports, operations);
  const told: CrewMember['told'] = [];
  const correspondent: Correspondent = {
    about: async ({ id: runId }) => ({
      openFile: () => Promise.reject(new Error('there is no file')),
      progress: quiet,
      answer: async (outcome) => void told.push({ runId, outcome }),
    }),
  };
  service.attend(correspondent);
  const close = async () => {
    await queue.close();
    await service.settled();
  };
  return { ports, service, queue, told, close };
}

/** A start in the ledger, as a process makes one. */
export function startOf(desk: Desk): Promise<string> {
  return Start.record(desk.databases.ledger, {
    startedAt: desk.now,
    host: 'desk',
    pid: 1,
    version: '0',
    environment: 'test',
    policySha256: null,
  });
}

/** A start whose process is gone. */
export async function goneStart(desk: Desk): Promise<string> {
  const id = await startOf(desk);
  await Start.ended(desk.databases.ledger, id, desk.now);
  return id;
}
