// Colours and the like that programs write for a terminal, titles of windows, sets of characters.
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
  /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)|[ -/]{1,3}[0-~]|[@-Z\\-_])/g;
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A foreign text without what would steer a terminal, and without signs of no width: either could stand in the middle of a secret. Line
 * breaks and tabs stay.
 */
export function withoutSteering(text: string): string {
  return text.replaceAll(ESCAPES, '').replaceAll(UNSEEN, '');
}
