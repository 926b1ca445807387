import { readFileSync } from 'node:fs';

/**
 * The most bytes this process ever had resident. On Linux by VmHWM of /proc/PID/status, which begins anew with a program:
 * what resourceUsage() calls maxRSS is never less than the process had that started this one.
 */
export function peakResidentBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (kibibytes === undefined) throw new Error('/proc/self/status says no VmHWM');
  return Number(kibibytes) * 1024;
}
