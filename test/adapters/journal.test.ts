import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open as openHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openJournal } from '../../src/adapters/journal.ts';
import type { JournalFile, JournalLine } from '../../src/ports.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';
import { lineOf } from './journal-lines.ts';

let parent: string;
let folder: string;
let now: Date;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'capops-journal-'));
  folder = join(parent, 'state');
  now = new Date();
});
afterEach(() => rmSync(parent, { recursive: true }));

/** A process takes its time to begin where the machine is busy. */
const PATIENTLY = { timeout: 20_000 };

const open = () => openJournal({ folder, clock: { now: () => now } });
const names = () => readdirSync(folder).sort();
async function takeAll(): Promise<JournalFile[]> {
  const journal = open();
  const files = await Promise.all((await journal.waiting()).map(journal.take));
  return files.filter((file) => file !== undefined);
}
const runIds = (files: readonly JournalFile[]) => files.flatMap(({ lines }) => lines.map(({ runId }) => runId)).sort();

/** Starts a process that writes; `lines` is all that it has said. */
function scribe(task: string, { count = 1, fileKiB }: { count?: number; fileKiB?: number } = {}) {
  const script = join(PROJECT_ROOT, 'test/adapters/journal-scribe.ts');
  const limit = fileKiB === undefined ? '' : `ulimit -f ${fileKiB}; `;
  const command = `${limit}exec "$0" "$@"`;
  const child = spawn('bash', ['-c', command, process.execPath, script, folder, task, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => void lines.push(line));
  return { child, lines, over: Promise.all([once(reader, 'close'), once(child, 'exit')]) };
}

async function kill({ child, over }: ReturnType<typeof scribe>): Promise<void> {
  child.kill('SIGKILL');
  await over;
}

describe('a line', () => {
  it('is kept, its outcome behind its intent, for the owner’s eyes only', async () => {
    const intent = lineOf('intent');
    const outcome = lineOf('outcome', intent);
    const journal = open();
    expect(await journal.append(intent)).toBeUndefined();
    expect(await journal.append(outcome)).toBeUndefined();
    expect(names()).toEqual([`${intent.runId}.jsonl`]);
    const [file] = await takeAll();
    expect(file).toMatchObject({ lines: [intent, outcome], torn: undefined });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, `${intent.runId}.jsonl`)).mode & 0o777).toBe(0o600);
    await file?.finish();
    await file?.finish();
    expect(names()).toEqual([]);
  });

  it('goes into no folder that others can read', async () => {
    await open().append(lineOf('intent'));
    chmodSync(folder, 0o755);
    await open().append(lineOf('intent'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('is refused where there can be no folder, and nothing waits where there is none', async () => {
    expect(await open().waiting()).toEqual([]);
    writeFileSync(folder, '');
    await expect(open().append(lineOf('intent'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('of an outcome stands for itself where its intent was replayed before', async () => {
    const outcome = lineOf('outcome');
    await open().append(outcome);
    expect(await takeAll()).toMatchObject([{ lines: [outcome], torn: undefined }]);
  });
});

describe('what is written', () => {
  /** Does something else whenever the journal waits for the disk. */
  async function onSync(work: () => void): Promise<ReturnType<typeof vi.spyOn>> {
    const handle = await openHandle(parent);
    const prototype: { sync(): Promise<void> } = Object.getPrototypeOf(handle);
    await handle.close();
    const { sync } = prototype;
    return vi.spyOn(prototype, 'sync').mockImplementation(function (this: FileHandle) {
      work();
      return sync.call(this);
    });
  }
  afterEach(() => void vi.restoreAllMocks());

  it('is on the disk, with its name, before anybody is told', async () => {
    let syncs = 0;
    await onSync(() => {
      syncs += 1;
    });
    const line = lineOf('intent');
    await open().append(line);
    expect(syncs).toBe(2);
    await open().append(lineOf('outcome', line));
    expect(syncs).toBe(4);
  });

  it('is written again where the file was taken away amid the writing', async () => {
    const line = lineOf('intent');
    await open().append(line);
    let isAway = false;
    await onSync(() => {
      if (!isAway) renameSync(join(folder, `${line.runId}.jsonl`), join(parent, 'away'));
      isAway = true;
    });
    const outcome = lineOf('outcome', line);
    await open().append(outcome);
    expect((await takeAll()).map(({ lines }) => lines)).toEqual([[outcome]]);
  });
});

describe('a request that comes again', () => {
  const requestKey = 'command:1/../2 ü';

  it('finds what the first one left, and writes nothing', async () => {
    const journal = open();
    const first = lineOf('intent', { requestKey });
    await journal.append(first);
    expect(await journal.append(lineOf('intent', { requestKey }))).toEqual(first);
    const outcome = lineOf('outcome', first);
    await journal.append(outcome);
    expect(await open().append(lineOf('intent', { requestKey }))).toEqual(outcome);
    expect(await takeAll()).toMatchObject([{ lines: [first, outcome] }]);
    expect(names()).toHaveLength(1);
  });

  it('is written once, however often it comes at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => open().append(lineOf('intent', { requestKey }))),
    );
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    expect(names()).toHaveLength(1);
  });
});

describe('an intent without an outcome', () => {
  it('is left alone while its process is there, and taken once that is killed', async () => {
    const writer = scribe('intents');
    await expect.poll(() => writer.lines, PATIENTLY).toContain('wrote all');
    expect(await takeAll()).toEqual([]);
    await kill(writer);
    const files = await takeAll();
    expect(runIds(files)).toEqual([writer.lines[0]]);
    await Promise.all(files.map((file) => file.finish()));
    expect(names()).toEqual([]);
  });

  it('is taken though nobody has asked yet how its process ended', async () => {
    const script = join(PROJECT_ROOT, 'test/adapters/journal-scribe.ts');
    // sleep never asks after the child that it has from the shell before it.
    const command = '"$0" "$@" & echo "pid $!"; exec sleep 60';
    const parentOfIt = spawn('bash', ['-c', command, process.execPath, script, folder, 'intents'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    createInterface({ input: parentOfIt.stdout }).on('line', (line) => void lines.push(line));
    await expect.poll(() => lines, PATIENTLY).toContain('wrote all');
    const pid = Number(lines.find((line) => line.startsWith('pid '))?.slice(4));
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), PATIENTLY).toMatch(/\) Z /);
    expect(await takeAll()).toHaveLength(1);
    parentOfIt.kill('SIGKILL');
    await once(parentOfIt, 'exit');
  });

  it('makes itself heard every minute until it has one, for machines that cannot look', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const line = lineOf('intent');
      const journal = open();
      await journal.append(line);
      const path = join(folder, `${line.runId}.jsonl`);
      const heard = () => statSync(path).mtime.getTime() - now.getTime();
      now = new Date(now.getTime() + 600_000);
      vi.advanceTimersByTime(60_000);
      await expect.poll(heard).toBe(0);
      await journal.append(lineOf('outcome', line));
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('of a later process with the same id is not the former’s', async () => {
    const line = lineOf('intent');
    await open().append(line);
    const path = join(folder, `${line.runId}.jsonl`);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"born":"\d+"/, '"born":"1"'));
    expect(await takeAll()).toHaveLength(1);
  });

  it('of another machine is taken after a quarter of an hour of silence', async () => {
    const line = lineOf('intent');
    await open().append(line);
    const path = join(folder, `${line.runId}.jsonl`);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"machine":"[^"]*"/, '"machine":"elsewhere"'));
    const written = now;
    utimesSync(path, written, written);
    now = new Date(written.getTime() + 14 * 60_000);
    expect(await takeAll()).toEqual([]);
    now = new Date(written.getTime() + 16 * 60_000);
    const [first] = await takeAll();
    expect(first?.lines).toEqual([line]);
    // It was asleep, and goes on: what it writes is lost neither before nor after the file is finished.
    const outcome = lineOf('outcome', line);
    await open().append(outcome);
    await first?.finish();
    expect((await takeAll()).map(({ lines }) => lines)).toEqual([[outcome]]);
  });

  it('is taken by one of several, and by another where that dies', async () => {
    const writer = scribe('intents');
    await expect.poll(() => writer.lines, PATIENTLY).toContain('wrote all');
    await kill(writer);
    const journals = Array.from({ length: 8 }, open);
    const waiting = await open().waiting();
    const taken = await Promise.all(journals.map((journal) => journal.take(waiting[0] ?? '')));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(runIds(await takeAll())).toEqual([writer.lines[0]]);
  });
});

describe('a process that is killed amid its writing', () => {
  it('has lost nothing that it was told is kept, and left nothing half', async () => {
    for (let round = 0; round < 4; round++) {
      const writer = scribe('intents', { count: 5000 });
      await expect.poll(() => writer.lines.length, { ...PATIENTLY, interval: 1 }).toBeGreaterThan(5 + round * 7);
      await kill(writer);
      now = new Date(Date.now() + 16 * 60_000);
      const files = await takeAll();
      expect(runIds(files)).toEqual(expect.arrayContaining(writer.lines));
      expect(files.filter(({ torn, lines }) => torn && lines.length > 0)).toEqual([]);
      await Promise.all(files.map((file) => file.finish()));
      expect(await open().waiting()).toEqual([]);
    }
  });
});

describe('a disk that is full', () => {
  it('takes no intent, and keeps nothing of it', async () => {
    const writer = scribe('intents', { fileKiB: 0 });
    await expect.poll(() => writer.lines, PATIENTLY).toContain('wrote all');
    expect(writer.lines[0]).toBe('refused EFBIG');
    await kill(writer);
    expect(names()).toEqual([]);
  });

  it('cuts an outcome off: it is refused, and what there is of it is kept aside', async () => {
    const writer = scribe('much', { fileKiB: 2 });
    await writer.over;
    expect(writer.lines).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), 'refused EFBIG']);
    const [file] = await takeAll();
    expect(file?.lines.map(({ kind }) => kind)).toEqual(['intent']);
    expect(file?.torn).toMatch(/\.torn$/);
    await file?.finish();
    expect(names()).toEqual([file?.torn]);
    expect(readFileSync(join(folder, file?.torn ?? ''), 'utf8')).toContain('xxxx');
    expect(await takeAll()).toEqual([]);
  });

  it('and has room again takes the outcome whole behind what was cut off', async () => {
    const line = lineOf('intent');
    await open().append(line);
    appendFileSync(join(folder, `${line.runId}.jsonl`), '\n{"kind":"outc');
    await open().append(lineOf('outcome', line));
    const [file] = await takeAll();
    expect(file?.lines.map(({ kind }) => kind)).toEqual(['intent', 'outcome']);
    expect(file?.torn).toBeDefined();
  });
});

describe('a power cut', () => {
  /** Cuts so many bytes off the end of what a killed process has left. */
  async function cut(bytes: number, task = 'both'): Promise<JournalFile[]> {
    const writer = scribe(task);
    await expect.poll(() => writer.lines.length, PATIENTLY).toBe(2);
    await kill(writer);
    const path = join(folder, `${writer.lines[0]}.jsonl`);
    truncateSync(path, statSync(path).size - bytes);
    return takeAll();
  }

  it('that took but the line’s end took nothing of it', async () => {
    const [file] = await cut(1);
    expect(file).toMatchObject({ lines: [{ kind: 'intent' }, { kind: 'outcome' }], torn: undefined });
  });

  it('within the outcome leaves the intent, and is noticed', async () => {
    const [file] = await cut(20);
    expect(file).toMatchObject({ lines: [{ kind: 'intent' }], torn: expect.stringMatching(/\.torn$/) });
  });

  it('that left nothing to read is noticed as well, once it is sure that nobody is writing', async () => {
    await open().append(lineOf('intent'));
    const [name = ''] = names();
    truncateSync(join(folder, name), 0);
    expect(await takeAll()).toEqual([]);
    now = new Date(now.getTime() + 16 * 60_000);
    const [file] = await takeAll();
    expect(file).toMatchObject({ lines: [] satisfies JournalLine[], torn: expect.stringMatching(/\.torn$/) });
  });
});
