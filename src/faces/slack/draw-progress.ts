import type { types } from '@slack/bolt';
import { amountWords } from '../../ops/service/amount-words.ts';
import type { Report } from '../../ops/service/report.ts';
import type { Progress } from '../../ports.ts';
import { buttonValue } from './button-value.ts';
import type { Desk, Message, Wish } from './desk.ts';
import { drawReport, drawWords } from './draw-report.ts';
import { plain } from './text.ts';

/** The block that holds a run's Cancel button: a click there does not take the message's place. */
export const PROGRESS = 'progress';

/** How far a run is. */
export interface Stand {
  readonly runId: string | undefined;
  readonly elapsedMs: number;
  /** Undefined: nothing was heard of it yet. */
  readonly progress: Progress | undefined;
}

/** A run on its way, with what ends it where that can be. */
export function drawStand(desk: Desk, wish: Wish, { runId, elapsedMs, progress }: Stand): Message {
  const far = progress ? `${progress.phase}${farWords(progress)} · ` : '';
  const drawn = drawWords(desk, { title: workingWords(wish), note: `${far}${elapsedWords(elapsedMs)}` });
  return { ...drawn, blocks: [...drawn.blocks, ...cancelButton(desk, wish, runId)] };
}

const SHOWN_ELSEWHERE = 'How far it is shows in your direct messages with CapOps.';

/** A run that waits for its turn; `isShownHere`: in the message that will show how far it is. */
export function drawQueued(
  desk: Desk,
  wish: Wish,
  { runId, report, isShownHere }: { runId: string; report: Report; isShownHere: boolean },
): Message {
  const parts = [...(report.parts ?? []), { kind: 'note', text: SHOWN_ELSEWHERE } as const];
  const drawn = drawReport(desk, wish, isShownHere ? report : { ...report, parts });
  return { ...drawn, blocks: [...drawn.blocks, ...cancelButton(desk, wish, runId)] };
}

export function workingWords({ operation }: Wish): string {
  return `Working on it: ${operation.summary.charAt(0).toLowerCase()}${operation.summary.slice(1)}.`;
}

function cancelButton({ service }: Desk, { operation }: Wish, runId: string | undefined): types.KnownBlock[] {
  const cancel = service.find('cancel-run');
  const value = runId === undefined ? undefined : buttonValue({ input: { run: runId } });
  if (!cancel || !operation.long || value === undefined) return [];
  const button = { type: 'button' as const, action_id: `run:${cancel.name}:0`, text: plain('Cancel', 75), value };
  return [{ type: 'actions', block_id: PROGRESS, elements: [button] }];
}

/** `: 1,500 of 20,000 (7%)`, `: 1.2 GB of 3.4 GB (35%)`. */
function farWords({ done, total, unit }: Progress): string {
  if (done === undefined) return '';
  const shown = (count: number) => amountWords(count, unit);
  if (total === undefined) return `: ${shown(done)}`;
  const percent = total > 0 ? ` (${Math.floor((100 * Math.min(done, total)) / total)}%)` : '';
  return `: ${shown(done)} of ${shown(total)}${percent}`;
}

/** `12 s`, `3 min 5 s`, `1 h 4 min`. */
function elapsedWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
