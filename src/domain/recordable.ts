const MAX_TEXT = 2_000;

/**
 * A value as the ledger can keep it: PostgreSQL takes no NUL and no half of a surrogate pair in JSON, and what somebody
 * pastes may be long. Texts are cut at 2,000 characters, and say so.
 */
export function recordable(value: unknown): unknown {
  if (typeof value === 'string') return recordableText(value);
  if (Array.isArray(value)) return value.map(recordable);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [recordableText(key), recordable(part)]));
}

export function recordableText(text: string): string {
  const kept =
    text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length - MAX_TEXT} characters more)` : text;
  return kept.toWellFormed().replaceAll('\u0000', '\ufffd');
}
