/** The platform's modules, in the order in which people list them. */
export const MODULE_KEYS = ['assets', 'work', 'capacity', 'planning', 'monitoring'] as const;

export type ModuleKey = (typeof MODULE_KEYS)[number];

export function isModuleKey(word: string): word is ModuleKey {
  return (MODULE_KEYS as readonly string[]).includes(word);
}

/** Splits a list of modules (`work, assets`, `work;assets`, `work|assets`, `all`) into known keys, without repetitions, and unknown words. */
export function readModuleKeys(text: string): { keys: ModuleKey[]; unknown: string[] } {
  const words = text
    .toLowerCase()
    .split(/[\s,;|]+/)
    .filter((word) => word !== '');
  const wanted = new Set(words.flatMap((word) => (word === 'all' ? [...MODULE_KEYS] : [word])));
  return {
    keys: MODULE_KEYS.filter((key) => wanted.has(key)),
    unknown: [...wanted].filter((word) => !isModuleKey(word)),
  };
}

/** `work`, `work and assets`, `work, assets and planning`. */
export function listWords(words: readonly string[], conjunction = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}
