import { type Logger, LogLevel } from '@slack/bolt';
import type { Log } from '../../ports.ts';

/** Bolt's messages in CapOps' log. What it says while nothing is wrong stays out: some of it is whole payloads. */
export function boltLog(log: Log): Logger {
  const words = (parts: unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts) => log.warn({ from: 'bolt' }, words(parts)),
    error: (...parts) => log.error({ from: 'bolt' }, words(parts)),
    getLevel: () => LogLevel.WARN,
    setLevel: () => undefined,
    setName: () => undefined,
  };
}
