import type { Outcome } from '../../ops/service/service.ts';
import type { Actor, Team } from '../../ports.ts';
import { writeLines } from './output.ts';
import type { Terminal } from './terminal.ts';

interface Telling {
  readonly terminal: Terminal;
  /** Undefined where no channel is configured. */
  readonly team: Team | undefined;
}

/** Tells the team of a change made here. Where that fails, says so: the change stands. */
export async function tellTeam({ terminal, team }: Telling, actor: Actor, outcome: Outcome): Promise<void> {
  if (!team || outcome.kind !== 'done' || outcome.repeated || !outcome.report.announcement) return;
  try {
    const sentence = `${actor.name} (${actor.id}, in the terminal) ${outcome.report.announcement}`;
    await team.tell(sentence);
    for (const person of outcome.report.announceTo ?? []) await team.tell(sentence, person);
  } catch {
    const line = 'The change is made, but the team could not be told: Slack did not take the message for the channel.';
    await writeLines(terminal.messages, [line]);
  }
}
