import type { Correspondence, Correspondent } from '../../ops/service/correspondent.ts';
import type { Outcome, Request } from '../../ops/service/service.ts';
import { sayDirectly, takeBack } from './answer.ts';
import type { Task } from './ask.ts';
import type { Asker, Desk } from './desk.ts';
import { drawStand } from './draw-progress.ts';
import { type ProgressMessage, showProgress } from './progress.ts';
import { tell } from './run-wish.ts';
import { sayOf } from './say.ts';
import { fileOpener } from './slack-file.ts';
import { answerOnBehalf, originOf, readAnswer, type StoredAnswer } from './stored-answer.ts';

/** What is over sooner needs no message of its own, nor does what another process turns out to have in hand. */
const WORKING_MS = 700;

type Run = Parameters<Correspondent['about']>[0];

/** Answers in Slack whoever asked there, from any process that has Slack's token; it need not take requests. */
export function openCorrespondent(desk: Desk): Correspondent {
  return {
    about: async (run, request) => {
      const answer = readAnswer(request.answer) ?? answerOnBehalf(request.actor);
      return answer && correspondence(desk, { run, request, answer });
    },
  };
}

interface Matter {
  readonly run: Run;
  readonly request: Request;
  readonly answer: StoredAnswer;
}

function correspondence(desk: Desk, { run, request, answer }: Matter): Correspondence {
  const { operation, raw, actor } = request;
  const asker: Asker = { ...originOf(answer), actor };
  const task: Task = { act: 'run', operation, raw, manner: answer.manner, posted: answer.posted };
  const shown = isWorkedOn(run, task) ? follow(desk, asker, { run, task, answer }) : undefined;
  return {
    openFile: fileOpener(desk, asker),
    progress: (progress) => shown?.progress(progress),
    answer: async (outcome) => {
      const posted = (await shown?.stop()) ?? answer.posted;
      const way = { manner: answer.manner, posted, inPlace: answer.inPlace || (shown && posted !== undefined) };
      await tell(desk, asker, { task: { ...task, posted }, outcome, say: sayOf(desk, asker, { way, outcome }) });
    },
    leave: async () => {
      const posted = await shown?.stop();
      if (posted && !answer.posted) await takeBack(desk, posted);
    },
  };
}

/** Whether it is a long one that a worker takes up now. */
function isWorkedOn({ state }: Run, { operation }: Task): boolean {
  return operation.long === true && (state === 'queued' || state === 'running');
}

/** Shows how far it is in the message that was clicked, else in one in the asker's direct messages; and keeps which it is. */
function follow(
  desk: Desk,
  asker: Asker,
  { run, task, answer }: { run: Run; task: Task; answer: StoredAnswer },
): ProgressMessage {
  const { clock } = desk.ports;
  const remember = (posted: StoredAnswer['posted']): Promise<Outcome | undefined> =>
    desk.service.remember(run.id, { ...answer, posted, inPlace: true });
  if (answer.posted && !answer.inPlace) void remember(answer.posted);
  const shown = showProgress(desk, {
    posted: answer.posted,
    post: async (message) => {
      const posted = await sayDirectly(desk, asker.userId, message);
      await remember(posted);
      return posted;
    },
    draw: (progress) =>
      drawStand(desk, task, {
        runId: run.id,
        elapsedMs: clock.now().getTime() - run.startedAt.getTime(),
        progress,
      }),
  });
  setTimeout(shown.begin, WORKING_MS).unref();
  return shown;
}
