import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A pipe for two programs. What goes through it never enters Node, which has only socket pairs to offer, and they are slower. */
export interface ProgramPipe {
  readonly readEnd: number;
  readonly writeEnd: number;
  /** To be called once both programs have theirs: else the reader would never see its end. */
  handedOver(): Promise<void>;
}

export async function openProgramPipe(folder: string): Promise<ProgramPipe> {
  const path = join(folder, randomUUID());
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  // The reading end first, and without waiting for a writer.
  const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer: FileHandle = await open(path, constants.O_WRONLY);
  await rm(path);
  return {
    readEnd: reader.fd,
    writeEnd: writer.fd,
    handedOver: async () => {
      await Promise.all([reader.close(), writer.close()]);
    },
  };
}
