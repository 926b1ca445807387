const HEADER_BYTES = 8;
const ERRORS = 2;

/**
 * Takes apart what Docker has of a container without a terminal: pieces of its two streams, each behind a header of eight bytes that
 * names the stream and the piece’s length. Holds no more than a header.
 */
export function frameCutter(take: (piece: Buffer, isError: boolean) => void): (bytes: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let left = 0;
  return (bytes) => {
    let place = 0;
    while (place < bytes.length) {
      if (left === 0) {
        const taken = bytes.copy(header, headerBytes, place, place + HEADER_BYTES - headerBytes);
        place += taken;
        headerBytes += taken;
        if (headerBytes < HEADER_BYTES) return;
        left = header.readUInt32BE(4);
        headerBytes = 0;
      } else {
        const piece = bytes.subarray(place, place + left);
        take(piece, header[0] === ERRORS);
        place += piece.length;
        left -= piece.length;
      }
    }
  };
}
