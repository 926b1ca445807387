import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeAttachment } from '../../../src/faces/terminal/attachments.ts';
import { openFile } from '../../../src/faces/terminal/open-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capops-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file that is opened', () => {
  test('is found from where the person stands, and read', async () => {
    writeFileSync(join(folder, 'airports.csv'), 'name,code\n');
    const { name, sizeBytes, content } = await openFile('airports.csv', folder);
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    expect({ name, sizeBytes, text: Buffer.concat(pieces).toString() }).toEqual({
      name: 'airports.csv',
      sizeBytes: 10,
      text: 'name,code\n',
    });
  });

  test('is refused with its fault when it cannot be read', async () => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'big'), '');
    truncateSync(join(folder, 'big'), 64 * 2 ** 20 + 1);
    await expect(openFile('missing.csv', folder)).rejects.toThrow(
      `The file missing.csv does not exist. Paths start from ${folder}.`,
    );
    await expect(openFile('sub', folder)).rejects.toThrow('sub is a folder, not a file.');
    await expect(openFile('big/below', folder)).rejects.toThrow('does not exist');
    await expect(openFile('big', folder)).rejects.toThrow('at most 64 MB are read');
  });

  test('is refused, and not waited for, when it is a pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(openFile('pipe', folder)).rejects.toThrow('pipe is not a regular file');
  });
});

describe('an attachment', () => {
  const attachment = { name: 'errors.csv', content: 'new', summary: 'The errors.' };

  test('is never written over a file', async () => {
    writeFileSync(join(folder, 'errors.csv'), 'old');
    writeFileSync(join(folder, 'errors-2.csv'), 'old');
    expect(await writeAttachment(attachment, folder)).toBe(join(folder, 'errors-3.csv'));
    expect(readFileSync(join(folder, 'errors.csv'), 'utf8')).toBe('old');
    expect(readFileSync(join(folder, 'errors-3.csv'), 'utf8')).toBe('new');
  });

  test('stays in its folder whatever its name is', async () => {
    await writeAttachment({ ...attachment, name: '../../escaped.csv' }, folder);
    expect(readdirSync(folder)).toEqual(['escaped.csv']);
  });
});
