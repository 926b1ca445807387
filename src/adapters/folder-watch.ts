import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DumpRequest } from '../ports.ts';
import { unlessMissing } from './local-failure.ts';
import { needRoom } from './staging-room.ts';

const LOOK_MS = 500;
/** Of a folder of very many files a look takes long: at most a tenth of the time goes into looking. */
const REST_FACTOR = 9;

export interface FolderWatch {
  /** Rejects as soon as the disk has no more room for the folder. Never resolves. */
  readonly full: Promise<never>;
  stop(): void;
}

/** Tells how large a folder has become, looking at it once at a time, until it is stopped. */
export function watchFolder(path: string, progress: DumpRequest['progress']): FolderWatch {
  const { promise: full, reject } = Promise.withResolvers<never>();
  full.catch(() => undefined);
  const over = new AbortController();
  const { signal } = over;
  repeat(() => needRoom(path), signal).catch(reject);
  const measure = async () => {
    const bytes = await bytesIn(path, signal);
    if (!signal.aborted) progress?.(bytes, 'laying out');
  };
  if (progress) repeat(measure, signal).catch(reject);
  return { full, stop: () => over.abort() };
}

async function repeat(look: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let rest = LOOK_MS;
  while (await isStillWanted(rest, signal)) {
    const begun = performance.now();
    await look();
    rest = Math.max(LOOK_MS, REST_FACTOR * (performance.now() - begun));
  }
}

async function isStillWanted(afterMs: number, signal: AbortSignal): Promise<boolean> {
  return sleep(afterMs, true, { signal, ref: false }).catch(() => false);
}

/** One file after the other: however many there are, neither memory nor the disk is burdened. */
export async function bytesIn(path: string, signal?: AbortSignal): Promise<number> {
  const folder = await unlessMissing(opendir(path));
  let bytes = 0;
  for await (const { name } of folder ?? []) {
    if (signal?.aborted) break;
    bytes += (await unlessMissing(stat(join(path, name))))?.size ?? 0;
  }
  return bytes;
}
