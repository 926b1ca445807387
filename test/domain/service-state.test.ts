import { describe, expect, it } from 'vitest';
import { containerWords, serviceStates, servicesSentence } from '../../src/domain/service-state.ts';
import type { ContainerSight } from '../../src/ports.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

function sight(more: Partial<ContainerSight>): ContainerSight {
  return {
    ...{ id: 'a', service: 'api', name: 'planner-api-1', image: 'api:1', state: 'running', health: undefined },
    ...{
      startedAt: minutesAgo(60),
      endedAt: undefined,
      exitCode: undefined,
      isOutOfMemory: false,
      restarts: 0,
      ports: [],
    },
    ...more,
  };
}
const ended = { state: 'exited', endedAt: minutesAgo(3), exitCode: 137 } as const;

describe('a container in words', () => {
  it.each<[Partial<ContainerSight>, string]>([
    [{}, 'running'],
    [{ health: 'healthy' }, 'running, healthy'],
    [{ health: 'unhealthy' }, 'running, unhealthy'],
    [{ health: 'starting' }, 'running, its health check has not passed yet'],
    [ended, 'exited (137) 3 minutes ago'],
    [{ ...ended, isOutOfMemory: true }, 'exited (137) 3 minutes ago, out of memory'],
    [{ ...ended, endedAt: minutesAgo(0.5) }, 'exited (137) just now'],
    [{ ...ended, state: 'restarting', restarts: 1 }, 'dies and is started again and again, 1 time so far'],
    [{ state: 'created', startedAt: undefined }, 'created, never started'],
    [{ state: 'paused' }, 'paused'],
    [{ restarts: 7, startedAt: minutesAgo(0.1) }, 'dies and is started again and again, 7 times so far'],
    [{ restarts: 7, startedAt: minutesAgo(2) }, 'running'],
    [{ ...ended, state: 'dead' }, 'exited (137) 3 minutes ago'],
  ])('%j', (more, words) => {
    expect(containerWords(sight(more), NOW)).toBe(words);
  });
});

describe('all services in a sentence', () => {
  const sentence = (sights: readonly ContainerSight[]) =>
    servicesSentence(serviceStates(['web', 'api', 'jobs'], sights, NOW), NOW);
  const well = ['web', 'api', 'jobs'].map((service) => sight({ service }));

  it('has the worst first, and counts what is well', () => {
    expect(sentence(well)).toBe('All 3 services run well.');
    const [web, api] = [sight({ service: 'web', health: 'unhealthy' }), sight({ service: 'api', ...ended })];
    expect(sentence([web, api])).toBe('api is down; jobs is down (no container); web is unhealthy.');
    expect(sentence([...well.slice(1), web])).toBe('web is unhealthy; 2 more are well.');
    expect(sentence([...well.slice(0, 2), sight({ service: 'jobs', health: 'starting' })])).toBe(
      'jobs is starting; 2 more are well.',
    );
  });

  it('does not take one for well that is seen alive between two deaths', () => {
    const dying = sight({ service: 'api', restarts: 3, startedAt: minutesAgo(0) });
    expect(sentence([...well.filter(({ service }) => service !== 'api'), dying])).toBe(
      'api keeps dying; 2 more are well.',
    );
  });

  it('knows a service that runs in some of its containers only', () => {
    expect(sentence([...well, sight({ service: 'api', ...ended })])).toBe(
      'api runs in 1 of 2 containers; 2 more are well.',
    );
  });
});
