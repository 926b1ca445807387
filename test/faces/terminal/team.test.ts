import { afterAll, beforeAll, expect, test } from 'vitest';
import { tellTeam } from '../../../src/faces/terminal/team.ts';
import type { LocalSlack } from '../../../workbench/local-slack.ts';
import { type Desk, TERMINAL } from '../../ops/desk.ts';
import { runCli } from '../../setup/run-cli.ts';
import { keep } from './papers.ts';
import { openTeamGround, type TeamGround } from './team-ground.ts';

let ground: TeamGround;
let desk: Desk;
let slack: LocalSlack;
let env: TeamGround['env'];
beforeAll(async () => {
  ground = await openTeamGround('environment: test\nslack: { announcements: C0OPS }\nroles: {}\n');
  ({ desk, slack, env } = ground);
  await desk.airports('LHR');
});
afterAll(() => ground.close());

test('a change made in the terminal is told to the team, and what changes nothing is not', async () => {
  await runCli(['grant', 'LHR', 'work'], { env });
  const again = await runCli(['grant', 'LHR', 'work'], { env });
  expect(again.code).toBe(0);
  const told = slack
    .as('U0ADA')
    .sees('C0OPS')
    .map(({ text }) => text);
  expect(told).toEqual([expect.stringMatching(/\(cli:.+, in the terminal\) gave LHR \(LHR Airport\) access to work/)]);
});

test('a change stands, and says so, when the team cannot be told', async () => {
  const dead = { ...env, SLACK_API_URL: 'http://127.0.0.1:1/api/' };
  const { code, stdout, stderr } = await runCli(['grant', 'LHR', 'assets'], { env: dead });
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('now has assets') });
  expect(stderr).toContain('The change is made, but the team could not be told');
});

test('whom a change concerns is told though the channel, or somebody else, is not', async () => {
  const told: (string | undefined)[] = [];
  const messages = keep();
  const tell = async (_: string, person?: string) => {
    if (person === undefined || person === 'U0ADA') throw new Error('not_in_channel');
    told.push(person);
  };
  const report = { tone: 'done', title: '', announcement: 'did it', announceTo: ['U0ADA', 'U0EVE'] } as const;
  const outcome = { kind: 'done', runId: '', report, data: undefined, repeated: false } as const;
  await tellTeam({ terminal: { messages } as never, team: { tell } }, TERMINAL, outcome);
  expect(told).toEqual(['U0EVE']);
  expect(messages.text()).toContain('the team could not be told');
  expect(messages.text()).toContain('did not take the message for U0ADA.');
});
