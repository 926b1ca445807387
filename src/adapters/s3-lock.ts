import type { StorageLock } from '../ports.ts';
import type { S3Place } from './s3-client.ts';
import { head } from './s3-settlement.ts';

/** Until when the store keeps an object. It says so only to keys with the right s3:GetObjectRetention. */
export async function lockOf(place: S3Place, key: string): Promise<StorageLock | undefined> {
  const found = await head(place, key);
  if (found?.ObjectLockLegalHoldStatus === 'ON') return 'further notice';
  return found?.ObjectLockRetainUntilDate;
}
