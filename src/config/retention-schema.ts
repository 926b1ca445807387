import { z } from 'zod';
import { isAgeRecipient } from '../domain/age-recipient.ts';
import { DEFAULT_PARALLEL_ABOVE_BYTES } from '../domain/backup-choice.ts';
import { DEFAULT_RETENTION } from '../domain/retention.ts';
import type { Settings } from '../ports.ts';
import { BUCKET, BUCKET_NAME, READ_AT_ONCE, THAWED } from './backups.ts';
import { keys, sizeOrNever } from './policy-values.ts';

const MOST = 1000;
const COUNT = `a whole number from 0 to ${MOST}`;
const DAYS = `a whole number of days from 1 to ${MOST}`;
const NOTHING = 'at least one of daily, weekly and monthly above 0, or no scheduled backup would be kept';

const count = (usual: number) => whole(COUNT, 0).default(usual);
const days = (usual: number) => whole(DAYS, 1).default(usual);

const retention = z
  .strictObject(
    {
      daily: count(DEFAULT_RETENTION.daily),
      weekly: count(DEFAULT_RETENTION.weekly),
      monthly: count(DEFAULT_RETENTION.monthly),
      manual_days: days(DEFAULT_RETENTION.manualDays),
      safety_days: days(DEFAULT_RETENTION.safetyDays),
    },
    keys('daily, weekly, monthly, manual_days, safety_days'),
  )
  .refine(({ daily, weekly, monthly }) => daily + weekly + monthly > 0, NOTHING);

const STORAGES = 'local, offsite or both; without it offsite where S3_BUCKET is set, else local';
const RECIPIENT = 'a public key of age, whole, as age-keygen prints it: age1…';

const monthly = z
  .strictObject(
    {
      bucket: z.string(BUCKET_NAME).regex(BUCKET, BUCKET_NAME).optional(),
      storage_class: z.string(THAWED).regex(READ_AT_ONCE, THAWED).optional(),
    },
    keys('bucket, storage_class'),
  )
  .refine(({ bucket, storage_class }) => bucket ?? storage_class, 'a bucket, a storage_class, or both');

const SIZES = 'a size such as 500 MB, 10 GB or 1 TB, or never';

/** The section `backups` of capops.yml. */
export const backupsSection = z.strictObject(
  {
    storage: z.enum(['local', 'offsite', 'both'], STORAGES).optional(),
    encrypt_to: z
      .array(z.string(RECIPIENT).refine(isAgeRecipient, RECIPIENT), 'a list of public keys of age, such as [age1…]')
      .default([]),
    parallel_above: sizeOrNever(SIZES).default(DEFAULT_PARALLEL_ABOVE_BYTES),
    retention: retention.prefault({}),
    monthly: monthly.optional(),
  },
  keys('storage, encrypt_to, parallel_above, retention, monthly'),
);

/** What the section comes to; a file without one has the defaults, and no nightly backup. */
export function backupsOf(section: z.infer<typeof backupsSection> | undefined): NonNullable<Settings['backups']> {
  const {
    storage,
    encrypt_to,
    retention: kept,
    parallel_above,
    monthly: archive,
  } = section ?? backupsSection.parse({});
  const { daily, weekly, monthly, manual_days, safety_days } = kept;
  return {
    storage,
    encryptTo: encrypt_to,
    retention: { daily, weekly, monthly, manualDays: manual_days, safetyDays: safety_days },
    parallelAboveBytes: parallel_above,
    ...(archive ? { monthly: { bucket: archive.bucket, storageClass: archive.storage_class } } : {}),
  };
}

function whole(allowed: string, least: number): z.ZodNumber {
  return z.number(allowed).int(allowed).min(least, allowed).max(MOST, allowed);
}
