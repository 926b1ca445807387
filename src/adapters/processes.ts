import { readFileSync, readlinkSync } from 'node:fs';
import type { Processes } from '../ports.ts';

/**
 * Processes of this machine: of this boot of its kernel, and of the container that CapOps sees them from. Without Linux'
 * /proc nothing is known of others.
 */
export function thisMachine(): Processes {
  return { machine: machine(), pid: process.pid, isAlive };
}

function machine(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
