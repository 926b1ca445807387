import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const MEBIBYTE = 2 ** 20;
const CHILD = `
  import { peakResidentBytes } from ${JSON.stringify(import.meta.resolve('./peak-memory.ts'))};
  const before = peakResidentBytes();
  Buffer.alloc(100 * ${MEBIBYTE}, 1);
  console.log(JSON.stringify([before, peakResidentBytes()]));
`;

it('a process’s peak is its own, however large the one that started it', () => {
  const held = Buffer.alloc(200 * MEBIBYTE, 1);
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', CHILD], { encoding: 'utf8' });
  const [before, after] = JSON.parse(said) as [number, number];
  expect(before).toBeLessThan(150 * MEBIBYTE);
  expect(after - before).toBeGreaterThan(70 * MEBIBYTE);
  expect(held.byteLength).toBe(200 * MEBIBYTE);
});
