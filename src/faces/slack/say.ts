import type { Outcome } from '../../ops/service/service.ts';
import { amend, type Posted, replaceClicked, sayDirectly, sayPrivately, sayThread } from './answer.ts';
import { type Asker, type Desk, isDirect, type Message } from './desk.ts';
import { drawWords } from './draw-report.ts';
import type { Manner } from './stored-answer.ts';

/** Puts an answer somewhere; where it can be changed later, says where it stands. */
export type Say = (message: Message) => Promise<Posted | undefined>;

/** What decides where an answer goes. */
export interface Way {
  readonly manner: Manner;
  /** A message that may be changed. */
  readonly posted?: Posted | undefined;
  /** The message that was clicked, or posted for it, shows the run already: its end belongs there. */
  readonly inPlace?: boolean | undefined;
}

/** The way in which an outcome is said, by how it was asked for. */
export function sayOf(desk: Desk, asker: Asker, { way, outcome }: { way: Way; outcome: Outcome }): Say {
  const { manner, inPlace = false } = way;
  if (inPlace || (manner === 'click' && takesPlace(outcome))) return inPlaceOf(desk, asker, way);
  // A preview's button is used later, and its message shows how far the run is.
  if (manner === 'direct' || (manner === 'form' && outcome.kind === 'preview')) return sayInDirectMessages(desk, asker);
  return sayWhereAsked(desk, asker);
}

/** Whether a clicked message has no more use for its button: what was not done leaves it, a repeated click is answered beside it. */
function takesPlace(outcome: Outcome): boolean {
  if (outcome.kind === 'preview') return outcome.confirmation !== undefined;
  if (outcome.kind === 'done') return !outcome.repeated;
  return outcome.kind === 'awaiting' || outcome.kind === 'queued';
}

/** Where the request was made, for the asker alone. */
export function sayWhereAsked(desk: Desk, asker: Asker): Say {
  return async (message) => {
    await sayPrivately(desk, asker, message);
    return undefined;
  };
}

/** In the asker's direct messages with CapOps; said where the request was made, if that is elsewhere. */
export function sayInDirectMessages(desk: Desk, asker: Asker): Say {
  return async (message) => {
    const posted = await sayDirectly(desk, asker.userId, message);
    if (asker.channelId && !isDirect(asker.channelId)) {
      await sayPrivately(desk, asker, drawWords(desk, { title: 'The answer is in your direct messages with CapOps.' }));
    }
    return posted;
  };
}

/** In place of the message. A private one changes through its response URL only; what cannot be changed is said anew. */
export function inPlaceOf(desk: Desk, asker: Asker, { manner, posted }: Way): Say {
  const otherwise = manner === 'click' ? replaceClicked : sayPrivately;
  return async (message) => {
    const isAmended = posted !== undefined && (await changed(desk, posted, message));
    if (isAmended) await sayThread(desk, posted, message);
    else await otherwise(desk, asker, message);
    return posted;
  };
}

async function changed(desk: Desk, posted: Posted, message: Message): Promise<boolean> {
  return amend(desk, posted, message).then(
    () => true,
    () => false,
  );
}
