import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config.ts';
import { createPlatformDatabase, type PlatformDatabaseOptions } from '../setup/database.ts';

/** Databases of the present test, as the configuration names them; they are gone when it has ended. */
export async function addresses(
  options: PlatformDatabaseOptions,
): Promise<Pick<Config, 'databaseUrl' | 'ledgerDatabaseUrl' | 'ledgerIsDerived'>> {
  const { platformUrl, ledgerUrl, drop } = await createPlatformDatabase(options);
  onTestFinished(drop);
  return { databaseUrl: platformUrl, ledgerDatabaseUrl: ledgerUrl, ledgerIsDerived: true };
}
