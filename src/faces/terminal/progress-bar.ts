import type { SingleBar } from 'cli-progress';
import type { Progress } from '../../ports.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

export interface ProgressBar {
  readonly show: (progress: Progress) => void;
  /** Takes the bar away, so that other text can be written. */
  readonly clear: () => void;
}

/** A bar on stderr where that is a terminal, drawn from the first progress on. */
export async function openProgressBar({ stderr }: Terminal): Promise<ProgressBar> {
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  const { default: progress } = await import('cli-progress');
  let bar: SingleBar | undefined;
  const start = (total: number, phase: string): SingleBar => {
    const format = '{phase} {bar} {value}/{total}';
    const created = new progress.SingleBar(
      { format, stream: stderr, clearOnComplete: true, hideCursor: true, barsize: 30 },
      progress.Presets.shades_classic,
    );
    created.start(total, 0, { phase });
    return created;
  };
  return {
    show: ({ phase, done = 0, total }) => {
      if (total === undefined) return;
      const shown = visible(phase);
      bar ??= start(total, shown);
      bar.setTotal(total);
      bar.update(done, { phase: shown });
    },
    clear: () => {
      bar?.stop();
      bar = undefined;
    },
  };
}
