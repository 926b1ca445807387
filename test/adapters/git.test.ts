import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newestCommits, standingCommit } from '../../src/adapters/git.ts';

function checkout() {
  const folder = mkdtempSync(join(tmpdir(), 'capops-git-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=a@example.com', ...args]);
  git('init', '--quiet');
  const signal = new AbortController().signal;
  return { folder, git, wanted: { folder, environment: { PATH: process.env.PATH ?? '' }, signal } };
}

test('the newest commits come first, a line each, with their time and who made them', async () => {
  const { git, wanted } = checkout();
  for (const what of ['first', 'second', 'third']) git('commit', '--quiet', '--allow-empty', '-m', what);
  const lines = await newestCommits(wanted, 2);
  expect(lines).toEqual([
    expect.stringMatching(/^[0-9a-f]{7,} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} Ada: third$/),
    expect.stringContaining('second'),
  ]);
  expect(await standingCommit(wanted)).toMatch(/^[0-9a-f]{40} of \d{4}-/);
});

test('a checkout that is somebody else’s is read, and no program that its configuration names is run', async () => {
  const { folder, git, wanted } = checkout();
  git('commit', '--quiet', '--allow-empty', '-m', 'only');
  const [program, trace] = [join(folder, 'program'), join(folder, 'was-run')];
  writeFileSync(program, `#!/bin/sh\ntouch ${trace}\n`);
  chmodSync(program, 0o755);
  const named = {
    'core.fsmonitor': program,
    'core.pager': program,
    'gpg.program': program,
    'log.showSignature': 'true',
  };
  for (const [name, value] of Object.entries(named)) git('config', name, value);
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'nobody', folder]);
  expect(await newestCommits(wanted, 5)).toHaveLength(1);
  expect(existsSync(trace)).toBe(false);
});

test('what is no checkout is none, though one stands above it', async () => {
  const { folder, git, wanted } = checkout();
  git('commit', '--quiet', '--allow-empty', '-m', 'above');
  const below = join(folder, 'below');
  execFileSync('mkdir', [below]);
  await expect(newestCommits({ ...wanted, folder: below }, 5)).rejects.toThrow('It is no checkout of git.');
  await expect(newestCommits({ ...wanted, folder: join(folder, 'gone') }, 5)).rejects.toThrow(
    'There is no such folder',
  );
  await expect(newestCommits({ ...wanted, environment: { PATH: '/nowhere' } }, 5)).rejects.toThrow('not installed');
});
