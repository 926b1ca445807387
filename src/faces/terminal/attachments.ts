import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import type { Argument, Operation } from '../../ops/service/operation.ts';
import type { Attachment } from '../../ops/service/report.ts';

/** Where attachments go: beside the file that the input names, or into the folder where the command was typed. */
export function attachmentFolder(operation: Operation, raw: Readonly<Record<string, unknown>>, folder: string): string {
  const args = Object.entries(operation.args as Record<string, Argument>);
  const path = args.filter(([, { widget }]) => widget.kind === 'file').map(([name]) => raw[name])[0];
  return typeof path === 'string' ? dirname(resolve(folder, path)) : folder;
}

/** Writes a file, never over another: a taken name gets a number. Returns its path. */
export async function writeAttachment({ name, content, isPrivate }: Attachment, folder: string): Promise<string> {
  const { name: stem, ext } = parse(basename(name));
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? `${stem}${ext}` : `${stem}-${number}${ext}`);
    try {
      await writeFile(path, content, { flag: 'wx', ...(isPrivate ? { mode: 0o600 } : {}) });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
