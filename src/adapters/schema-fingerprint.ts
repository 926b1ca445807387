import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Crew, Program } from './program-crew.ts';

/** What differs from one dump to the next of the same schema. */
const NOISE = /^(--|\\(un)?restrict |\s*$)/;

/**
 * SHA-256 of a schema-only dump without comments. A failure shows when the crew is asked whether all is well.
 * `pgDump` comes without arguments of what to dump.
 */
export async function fingerprintSchema(crew: Crew, pgDump: Program): Promise<string> {
  const args = [...pgDump.args, '--format=plain', '--schema-only', '--no-owner', '--no-privileges'];
  const { stdout } = crew.start({ ...pgDump, args }, ['ignore', 'pipe', 'pipe']);
  const hash = createHash('sha256');
  if (!stdout) throw new Error('pg_dump has no stdout');
  for await (const line of createInterface({ input: stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (!NOISE.test(line)) hash.update(`${line}\n`);
  }
  return hash.digest('hex');
}
