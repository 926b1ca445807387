import type { Params, SingleBar } from 'cli-progress';
import { amountWords } from '../../ops/service/amount-words.ts';
import type { Progress } from '../../ports.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

export interface ProgressBar {
  readonly show: (progress: Progress) => void;
  /** Takes the bar away, so that other text can be written. */
  readonly clear: () => void;
}

/** What is over sooner is not worth a bar, where it is not known how much there is. */
const PATIENCE_MS = 500;
const BAR_WIDTH = 30;

/** A bar on stderr where that is a terminal, drawn from the first progress on: phase, part done, time taken. */
export async function openProgressBar({ stderr }: Terminal): Promise<ProgressBar> {
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  const { default: progress } = await import('cli-progress');
  const begunAt = performance.now();
  let latest: Progress | undefined;
  let bar: SingleBar | undefined;
  const draw = () => {
    if (!latest) return;
    const { done = 0, total = 0 } = latest;
    if (!bar) {
      const format = (_: unknown, { value, total: all }: Params) =>
        barWords(latest, { value, all, elapsedMs: performance.now() - begunAt });
      bar = new progress.SingleBar({ format, stream: stderr, clearOnComplete: true, hideCursor: true });
      bar.start(total, done);
    }
    bar.setTotal(total);
    bar.update(done);
  };
  let patience: NodeJS.Timeout | undefined;
  return {
    show: (now) => {
      latest = now;
      if (bar || now.total !== undefined) draw();
      else patience ??= setTimeout(draw, PATIENCE_MS).unref();
    },
    clear: () => {
      clearTimeout(patience);
      patience = undefined;
      bar?.stop();
      bar = undefined;
    },
  };
}

/** `Importing ██████░░░░ 60% 120/200 0:03`, `Copying 1.2 GB 0:12`. */
export function barWords(
  progress: Progress | undefined,
  { value, all, elapsedMs }: { value: number; all: number; elapsedMs: number },
): string {
  const { phase = '', done, unit } = progress ?? {};
  const shown = (count: number) => amountWords(count, unit);
  const part = all > 0 ? Math.min(1, value / all) : 0;
  const filled = Math.round(part * BAR_WIDTH);
  const far =
    all > 0
      ? [
          `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`,
          `${Math.floor(part * 100)}%`,
          `${shown(value)}/${shown(all)}`,
        ]
      : done === undefined
        ? []
        : [shown(done)];
  return [visible(phase), ...far, elapsedWords(elapsedMs)].join(' ');
}

/** `0:07`, `12:30`, `1:02:03`. */
function elapsedWords(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
