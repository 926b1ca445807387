import { expect, test } from 'vitest';
import { ContainersError } from '../../src/errors.ts';
import { awaitHealth } from '../../src/ops/services/await-health.ts';
import type { ContainerSight, Containers } from '../../src/ports.ts';

const WELL: ContainerSight = {
  ...{ id: 'a', service: 'web', name: 'planner-web-1', image: 'web:1', state: 'running', health: 'healthy' },
  ...{ startedAt: new Date(), endedAt: undefined, exitCode: undefined, isOutOfMemory: false, restarts: 0, ports: [] },
};
const pace = { withinMs: 60, everyMs: 5, steadyMs: 5 };

/** A Docker that leaves so many looks unanswered. */
function busyFor(looks: number): Containers {
  let left = looks;
  const list = async () => {
    left -= 1;
    if (left >= 0) throw new ContainersError('down', 'Docker does not answer.');
    return [WELL];
  };
  return { list } as unknown as Containers;
}

const waited = (containers: Containers, signal = new AbortController().signal) =>
  awaitHealth(containers, { id: 'a', signal, pace });

test('a look that Docker leaves unanswered does not end the waiting', async () => {
  expect(await waited(busyFor(2))).toMatchObject({ kind: 'back', sight: WELL });
});

test('a Docker that is silent to the end is said to be', async () => {
  const came = await waited(busyFor(Number.POSITIVE_INFINITY));
  expect(came).toMatchObject({ kind: 'unseen', because: 'Docker is silent' });
  expect(came.seconds).toBeGreaterThan(0.06);
});

test('whoever stops waiting meanwhile is told so at once', async () => {
  const signal = AbortSignal.timeout(15);
  const came = await waited(busyFor(Number.POSITIVE_INFINITY), signal);
  expect(came).toMatchObject({ kind: 'unseen', because: 'stopped' });
  expect(came.seconds).toBeLessThan(0.06);
});
