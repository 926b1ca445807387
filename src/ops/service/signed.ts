import type { Actor } from '../../ports.ts';

/** Who it was, as records name them: `Ada (slack:U0ADA)`. */
export function signed({ name, id }: Pick<Actor, 'name' | 'id'>): string {
  return `${name} (${id})`;
}
