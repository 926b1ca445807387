/** A text of so many characters at most; `…` stands for the rest. A character that would be cut through becomes `�`. */
export function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}
