import { globSync, readFileSync } from 'node:fs';

/** What a test file may change for its whole process: modules, clocks, spies, the network, listeners, the heap it measures. */
const CHANGES_ITS_PROCESS =
  /\bvi\.(mock|doMock|hoisted|useFakeTimers|spyOn|stub\w+)\(|'nock'|\bprocess\.(on|memoryUsage)\b/;

/**
 * Test files by the process they run in: most share one with those before them, so that what they import is loaded once
 * a worker; a file that changes its process has one of its own.
 */
export function filesByProcess(include: string): { shared: string[]; alone: string[] } {
  const files = globSync(include);
  const isAlone = (file: string) => CHANGES_ITS_PROCESS.test(readFileSync(file, 'utf8'));
  return { shared: files.filter((file) => !isAlone(file)), alone: files.filter(isAlone) };
}
