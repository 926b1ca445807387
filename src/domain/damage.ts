import { z } from 'zod';

const damageSchema = z.object({
  /** What is wrong, in a sentence. */
  fault: z.string(),
  since: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});

/** That a copy was found damaged. It stands beside its manifest, so that it outlives the ledger. */
export type Damage = z.output<typeof damageSchema>;

export function damageText(damage: Damage): string {
  return `${JSON.stringify(damage, undefined, 2)}\n`;
}

/** A note that cannot be read says as much: nobody writes one beside what is whole. */
export function readDamage(text: string, at: Date): Damage {
  try {
    return damageSchema.parse(JSON.parse(text));
  } catch {
    return { fault: 'The note about its damage cannot be read.', since: at };
  }
}
