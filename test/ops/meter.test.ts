import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/ops/index.ts';
import { createService } from '../../src/ops/service/service.ts';
import { keptLog } from '../adapters/notes.ts';
import { type Desk, NILS, OMAR, openDesk, POLICY } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
});
afterAll(() => desk.close());

it('every run is counted by operation, outcome and face; a repeated delivery is not counted as done again', async () => {
  const runs: string[] = [];
  const nothing = () => undefined;
  const service = createService(
    {
      databases: desk.databases,
      cache: undefined,
      directory: undefined,
      clock: { now: () => desk.now },
      log: keptLog().log,
      settings: { environment: 'test', timeZone: 'UTC', policy: POLICY },
      meter: {
        ran: ({ operation, outcome, face, seconds }) => void runs.push(`${operation} ${outcome} ${face} ${seconds}`),
        calledSlack: nothing,
        acknowledged: nothing,
        saw: nothing,
        late: nothing,
        watchQueue: nothing,
        watchBackups: nothing,
      },
    },
    OPERATIONS,
  );
  const operation = service.find('grant');
  if (!operation) throw new Error('no grant');
  const raw = { org: 'LHR', module: 'work' };
  await service.execute({ operation, actor: OMAR, raw, requestKey: 'one' });
  await service.execute({ operation, actor: OMAR, raw, requestKey: 'one' });
  await service.execute({ operation, actor: NILS, raw });
  await service.execute({ operation, actor: OMAR, raw: { ...raw, org: 'XXX' } });
  await service.settled();
  expect(runs).toEqual(['done', 'repeated', 'denied', 'refused'].map((outcome) => `grant-module ${outcome} slack 0`));
});
