import type { Outcome } from '../../ops/service/service.ts';
import type { Actor, Team } from '../../ports.ts';
import { writeLines } from './output.ts';
import type { Terminal } from './terminal.ts';

interface Telling {
  readonly terminal: Terminal;
  /** Undefined where no channel is configured. */
  readonly team: Team | undefined;
}

/** Tells the team of a change made here, and whom it concerns besides. Where that fails, says so: the change stands. */
export async function tellTeam({ terminal, team }: Telling, actor: Actor, outcome: Outcome): Promise<void> {
  if (!team || outcome.kind !== 'done' || outcome.repeated || !outcome.report.announcement) return;
  const { announcement, announceTo: people = [] } = outcome.report;
  const sentence = `${actor.name} (${actor.id}, in the terminal) ${announcement}`;
  const isTold = (telling: Promise<void>) =>
    telling.then(
      () => true,
      () => false,
    );
  const [isTeamTold, ...arePeopleTold] = await Promise.all([
    isTold(team.tell(sentence)),
    ...people.map((person) => isTold(team.tell(sentence, person))),
  ]);
  const missed = people.filter((_, place) => !arePeopleTold[place]);
  await writeLines(terminal.messages, [
    ...(isTeamTold ? [] : [`${BUT} the team could not be told: Slack did not take the message for the channel.`]),
    ...(missed.length === 0 ? [] : [`${BUT} Slack did not take the message for ${missed.join(', ')}.`]),
  ]);
}

const BUT = 'The change is made, but';
