import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ties a program of a group of its own to CapOps: should CapOps be killed, a shell that waits for just that kills the group.
 * For programs that read files and would not notice by themselves.
 */
export function leash(program: ChildProcess): void {
  if (program.pid === undefined) return;
  const shell = spawn('/bin/sh', ['-c', 'read _; kill -s KILL -- "-$0"', String(program.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: {},
  });
  shell.on('error', () => undefined).unref();
  shell.stdin.on('error', () => undefined);
  (shell.stdin as unknown as { unref(): void }).unref();
  program.once('exit', () => shell.kill('SIGKILL'));
}
