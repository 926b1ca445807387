/** An airport's IATA code: three capital letters. */
export const AIRPORT_CODE = /^[A-Z]{3}$/;

/** What is wrong with a code, in a full sentence, or undefined when it is one. */
export function airportCodeFault(code: string): string | undefined {
  if (AIRPORT_CODE.test(code)) return undefined;
  const found = code === '' ? 'nothing' : `“${code}”`;
  return `An airport’s IATA code is three letters, such as LHR; found ${found}.`;
}

/** Every code that one typing error could have made into the word: swapped neighbours first, then one letter added, then replaced. */
export function codesNear(word: string): string[] {
  const typed = word.toUpperCase();
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const places = [...typed].map((_, place) => place);
  const swapped = places.slice(1).map((place) => splice(typed, place - 1, 2, `${typed[place]}${typed[place - 1]}`));
  const shorter = places.map((place) => splice(typed, place, 1, ''));
  const replaced = places.flatMap((place) => letters.map((letter) => splice(typed, place, 1, letter)));
  const longer = [...places, typed.length].flatMap((place) => letters.map((letter) => splice(typed, place, 0, letter)));
  const near = [...swapped, ...shorter, ...longer, ...replaced].filter(
    (code) => AIRPORT_CODE.test(code) && code !== typed,
  );
  return [...new Set(near)];
}

function splice(word: string, start: number, count: number, inserted: string): string {
  return word.slice(0, start) + inserted + word.slice(start + count);
}
