/** Which lines of a log. */
export interface LogWish {
  readonly since: Date;
  readonly now: Date;
  /** About so many of its newest lines are enough; absent: all that may be read. */
  readonly lines?: number;
}

/** A log that somebody writes. */
export interface LogSource {
  /** As configured: `api`. */
  readonly name: string;
  /**
   * Hands over its lines, the oldest of each file or container first, from about that moment on: some may be older. A line beyond 16 KB is cut. Rejects
   * with a LogUnreadableError where there is none, or it may not be read.
   */
  read(wish: LogWish, take: (line: string) => void): Promise<LogReading>;
}

export interface LogReading {
  /** Not everything since then was read: there was too much. */
  readonly isPartial: boolean;
  /** Nothing of it is older than that, whatever times stand in it. */
  readonly isSince?: boolean;
}

/** The configured logs. */
export type LogSources = readonly LogSource[];
