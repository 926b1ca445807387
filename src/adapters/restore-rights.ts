import type { Client } from 'pg';

const DENIED = '42501';

/**
 * Gives owners and rights, each statement by itself. Resolves with what could not be given, in sentences; what is gone or
 * not ours to give is left out, and any other fault rejects.
 */
export async function giveRights(client: Client, statements: readonly (string | undefined)[]): Promise<string[]> {
  const warnings: string[] = [];
  for (const text of statements) {
    if (text === undefined) continue;
    // The extended protocol takes one statement alone, whatever the text holds.
    await client
      .query({ text, queryMode: 'extended' } as { text: string })
      .catch((error: Error & { code?: string }) => {
        if (error.code !== DENIED) throw error;
        warnings.push(`Not restored: “${text}” (${error.message}).`);
      });
  }
  return warnings;
}
