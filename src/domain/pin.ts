import { z } from 'zod';

const pinSchema = z.object({
  reason: z.string(),
  /** The name and id of whoever did it. */
  by: z.string(),
  at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});

/** Why a backup is never removed. It stands beside its manifest, so that it outlives the ledger. */
export type Pin = z.output<typeof pinSchema>;

export function pinText(pin: Pin): string {
  return `${JSON.stringify(pin, undefined, 2)}\n`;
}

/** One that cannot be read still pins. */
export function readPin(text: string, at: Date): Pin {
  try {
    return pinSchema.parse(JSON.parse(text));
  } catch {
    return { reason: 'its pin cannot be read', by: 'unknown', at };
  }
}
