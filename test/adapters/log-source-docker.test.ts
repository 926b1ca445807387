import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServiceLog } from '../../src/adapters/log-source-docker.ts';
import { summariseLogs } from '../../src/ops/logs/summarise-logs.ts';
import type { Ports } from '../../src/ports.ts';
import { type Engine, startEngine } from '../setup/docker.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { whyMissing } from '../setup/machine.ts';

let engine: Engine;
/** An engine of one’s own is root’s. */
const mayStart = process.getuid?.() === 0;
beforeAll(async () => {
  if (mayStart && !whyMissing('docker')) engine = await startEngine();
}, 60_000);
afterAll(() => engine?.stop(), 30_000);

async function summary(
  service: string,
  more: { project?: string; since?: Date; mostLines?: number; socketPath?: string } = {},
) {
  const { project, since = new Date(Date.now() - 60_000), mostLines, socketPath = engine.socketPath } = more;
  const source = openServiceLog({ name: 'api', service, project }, { socketPath }, mostLines);
  const ports = { openLogs: async () => [source], clock: { now: () => new Date() } } as unknown as Ports;
  return (await summariseLogs(ports, since))[0];
}

describe.skipIf(!mayStart)('the errors that a compose service has said', () => {
  itNeeds(
    'docker',
    'are those of its containers on both streams, ended ones too, and of no other service',
    async () => {
      engine.say({
        service: 'api',
        script: 'echo \'{"level":50,"msg":"no user 7"}\'; echo "ERROR no user 8" >&2; echo fine',
      });
      engine.say({ service: 'api', script: 'echo "ERROR no user 9"' });
      engine.say({ service: 'web', script: 'echo "ERROR elsewhere"' });
      expect(await summary('api')).toEqual({
        name: 'api',
        total: 3,
        undated: 0,
        isPartial: false,
        kinds: [
          { kind: 'ERROR no user <n>', count: 2, newest: 'ERROR no user 9' },
          { kind: 'no user <n>', count: 1, newest: 'no user 7' },
        ],
      });
    },
  );

  itNeeds('docker', 'are none of what somebody has run once beside it', async () => {
    engine.say({ service: 'tasked', script: 'echo "ERROR of the service"' });
    engine.start({
      service: 'tasked',
      script: 'echo "ERROR of a task"',
      options: ['--label', 'com.docker.compose.oneoff=True'],
    });
    expect(await summary('tasked')).toMatchObject({ total: 1, kinds: [{ newest: 'ERROR of the service' }] });
  });

  itNeeds('docker', 'with a terminal they come whole, too', async () => {
    engine.say({ service: 'shell', terminal: true, script: 'echo "ERROR ✈ x"' });
    expect(await summary('shell')).toMatchObject({ kinds: [{ newest: 'ERROR ✈ x' }] });
  });

  itNeeds('docker', 'only the last lines are read, and only those since the moment', async () => {
    engine.say({ service: 'loud', script: 'yes "ERROR again" | head -n 3000' });
    expect(await summary('loud', { mostLines: 100 })).toMatchObject({ total: 100, isPartial: true });
    expect(await summary('loud')).toMatchObject({ total: 3000, isPartial: false });
    expect(await summary('loud', { since: new Date(Date.now() + 60_000) })).toMatchObject({ total: 0 });
  });

  itNeeds('docker', 'of a service that several projects have, one has to be named', async () => {
    engine.say({ service: 'twice', project: 'a', script: 'echo "ERROR a"' });
    engine.say({ service: 'twice', project: 'b', script: 'echo "ERROR b"' });
    expect(await summary('twice')).toMatchObject({
      unreadable: 'Several projects have such a service: a, b. Name one as its project.',
    });
    expect(await summary('twice', { project: 'b' })).toMatchObject({ total: 1, kinds: [{ newest: 'ERROR b' }] });
  });

  itNeeds('docker', 'why there are none is said', async () => {
    expect(await summary('nobody')).toMatchObject({ unreadable: 'There is no container of such a service.' });
    engine.docker(
      'run',
      '--network',
      'none',
      '--log-driver',
      'none',
      '--label',
      'com.docker.compose.service=mute',
      'localhost/shell:1',
      'sh',
      '-c',
      'echo',
    );
    expect(await summary('mute')).toMatchObject({ unreadable: expect.stringContaining('logging driver') });
  });
});

test('a Docker that is not there is told as such', async () => {
  expect(await summary('api', { socketPath: '/nowhere/docker.sock' })).toMatchObject({
    unreadable: 'Docker does not answer.',
  });
});
