import { expect, it } from 'vitest';
import { frameCutter } from '../../src/adapters/docker-frames.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

it('Docker’s frames are put together again wherever the network cuts them', () => {
  const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, ''), frame(2, 'twö\n'), frame(1, 'three')]);
  for (let size = 1; size <= bytes.length; size++) {
    const streams: Record<string, Buffer[]> = { output: [], errors: [] };
    const push = frameCutter((piece, isError) => streams[isError ? 'errors' : 'output']?.push(piece));
    for (let place = 0; place < bytes.length; place += size) push(bytes.subarray(place, place + size));
    const texts = Object.values(streams).map((pieces) => Buffer.concat(pieces).toString());
    expect(texts).toEqual(['one\nthree', 'twö\n']);
  }
});
