import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** What text is drawn on: a terminal of some width, or a file or pipe. */
export interface Paper {
  readonly isTerminal: boolean;
  /** Somebody looks at it, and it can show `▃`. */
  readonly drawsCharts: boolean;
  /** In columns; infinite where it is no terminal. */
  readonly width: number;
  style(style: Style, text: string): string;
}

/** Colour as NO_COLOR and FORCE_COLOR say, and else on a terminal only. */
export function paperOn(stream: WriteStream, { isUtf8 }: { isUtf8: boolean }): Paper {
  return {
    isTerminal: Boolean(stream.isTTY),
    drawsCharts: Boolean(stream.isTTY) && isUtf8,
    get width() {
      return stream.isTTY ? Math.max(stream.columns || 80, MIN_WIDTH) : Number.POSITIVE_INFINITY;
    },
    style: (style, text) => styleText(style, text, { stream }),
  };
}

/** Narrower than this, lines break anyhow. */
const MIN_WIDTH = 30;
