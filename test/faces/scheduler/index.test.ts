import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createScheduler } from '../../../src/faces/scheduler/index.ts';
import { createService } from '../../../src/ops/service/service.ts';
import type { Ports } from '../../../src/ports.ts';
import { openScheduling, QUIET, type Scheduling } from '../../ops/scheduling.ts';

let scheduling: Scheduling;
let looks: number;
let ports: Ports;
beforeEach(async () => {
  scheduling = await openScheduling();
  looks = 0;
  const { policy } = scheduling.ports.settings;
  const counted = policy && {
    ...policy,
    get schedule() {
      looks++;
      return [];
    },
  };
  ports = { ...scheduling.ports, settings: { ...scheduling.ports.settings, policy: counted } };
  vi.useFakeTimers({ now: new Date('2026-11-23T08:59:30Z') });
});
afterEach(async () => {
  vi.useRealTimers();
  await scheduling.close();
});

const scheduler = (over: Ports) =>
  createScheduler({
    ports: over,
    service: createService(over, []),
    announcer: QUIET,
  });

test('looks at its start and at every full minute, until it is stopped', async () => {
  const face = scheduler(ports);
  face.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(looks).toBe(1);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(looks).toBe(1);
  await vi.advanceTimersByTimeAsync(181_000);
  expect(looks).toBe(5);
  await face.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(looks).toBe(5);
  expect(vi.getTimerCount()).toBe(0);
});

test('goes on looking when the ledger did not answer', async () => {
  const settings = {
    ...ports.settings,
    get policy(): never {
      looks++;
      throw new Error('down');
    },
  };
  const face = scheduler({ ...ports, settings });
  face.start();
  await vi.advanceTimersByTimeAsync(31_000);
  expect(looks).toBe(2);
  expect(scheduling.desk.complaints).toMatchObject([
    { message: 'the schedule could not be looked at; the next minute will' },
    { message: 'the schedule could not be looked at; the next minute will' },
  ]);
  await face.stop();
});
