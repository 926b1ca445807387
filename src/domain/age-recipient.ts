const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const MARK = 'age1';

/** Whether this is a public key of age that was copied whole: `age1…`, with the checksum (Bech32, BIP 173) that it carries. */
export function isAgeRecipient(text: string): boolean {
  const end = text.lastIndexOf('1');
  const prefix = text.slice(0, end);
  const values = [...text.slice(end + 1)].map((letter) => LETTERS.indexOf(letter));
  if (!text.startsWith(MARK) || values.length < 50 || values.includes(-1)) return false;
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  return checksum([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values]) === 1;
}

function checksum(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const top = sum >>> 25;
    const next = ((sum & 0x1ffffff) << 5) ^ value;
    return GENERATOR.reduce((mixed, part, place) => ((top >> place) & 1 ? mixed ^ part : mixed), next);
  }, 1);
}
