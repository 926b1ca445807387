import { expect, test } from 'vitest';
import { lookAtDocker } from '../../src/ops/diagnosing/look-at-docker.ts';
import type { Containers, SupportDesk } from '../../src/ports.ts';

test('a configured secret is taken out of a log’s line also where a colour begins in the middle of it', async () => {
  const containers: Containers = {
    list: async () => [],
    restart: async () => undefined,
    readLog: async ({ service }, take) => {
      take({ service, at: new Date(0), isError: false, text: 'it was corr\u001b[31mect-horse' });
      return { isPartial: false };
    },
  };
  const desk = { withoutConfigured: (text: string) => text.replaceAll('correct-horse', '[out]') } as SupportDesk;
  const facts = await lookAtDocker(
    {
      settings: {
        environment: 'test',
        timeZone: 'UTC',
        policy: undefined,
        compose: { project: 'airport', services: ['web'] },
      },
      openContainers: async () => containers,
      openSupport: async () => desk,
    },
    new AbortController().signal,
  );
  expect(facts).toMatchObject({ logs: [{ service: 'web', lines: [{ text: 'it was [out]' }] }] });
});
