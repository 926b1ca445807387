import { hostname, userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { terminalActor } from '../../../src/faces/terminal/actor.ts';

const { username } = userInfo();

test('the actor is the OS user on this machine', () => {
  const actor = { id: `cli:${username}@${hostname()}`, name: username, face: 'terminal', osUser: username };
  expect(terminalActor(undefined)).toEqual(actor);
});

test('whoever asked sudo is mentioned, and counts for nothing', () => {
  const { id, name, osUser } = terminalActor('ada');
  expect({ id, name, osUser }).toEqual({
    id: `cli:${username}@${hostname()}`,
    name: `${username} (sudo by ada)`,
    osUser: username,
  });
});
