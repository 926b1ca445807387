import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

const HEAD = 'environment: staging\n';

const file = (section: string) => ({ 'capops.yml': `${HEAD}${section}\n` });
const retention = (section: string) => load({}, file(section)).settings.backups?.retention;

describe('the retention in capops.yml', () => {
  const usual = { daily: 7, weekly: 4, monthly: 12, manualDays: 7, safetyDays: 30 };

  test.each(['', 'backups: {}', 'backups: { retention: {} }'])(
    'is the usual one where nothing is said: %s',
    (section) => {
      expect(retention(section)).toEqual(usual);
    },
  );

  test('keeps the rest as usual where one number is said', () => {
    expect(retention('backups: { retention: { daily: 14 } }')).toEqual({ ...usual, daily: 14 });
    expect(retention('backups: { retention: { daily: 0, weekly: 0, monthly: 1 } }')).toMatchObject({ monthly: 1 });
    const all = '{ daily: 1, weekly: 2, monthly: 3, manual_days: 4, safety_days: 5 }';
    const said = { daily: 1, weekly: 2, monthly: 3, manualDays: 4, safetyDays: 5 };
    expect(retention(`backups: { retention: ${all} }`)).toEqual(said);
  });

  test.each([
    ['{ daily: -1 }', 'backups.retention.daily: found -1. Allowed: a whole number from 0 to 1000.'],
    ['{ weekly: 1.5 }', 'backups.retention.weekly: found 1.5. Allowed: a whole number from 0 to 1000.'],
    ['{ monthly: "12" }', 'backups.retention.monthly: found “12”. Allowed: a whole number from 0 to 1000.'],
    ['{ daily: 1001 }', 'backups.retention.daily: found 1001'],
    ['{ manual_days: 0 }', 'backups.retention.manual_days: found 0. Allowed: a whole number of days from 1 to 1000.'],
    ['{ safety_days: 30d }', 'backups.retention.safety_days: found “30d”. Allowed: a whole number of days from 1'],
    ['{ daily: 0, weekly: 0, monthly: 0 }', 'Allowed: at least one of daily, weekly and monthly above 0, or no'],
    ['{ dayly: 7 }', '“dayly” is not a setting. Did you mean “daily”?'],
    ['7', 'backups.retention: found 7. Allowed: keys with values: daily, weekly, monthly, manual_days, safety_days.'],
  ])('refuses %s with the start', (wrong, said) => {
    expect(refusal({}, file(`backups: { retention: ${wrong} }`))).toContain(said);
  });

  test('refuses what is no section of backups', () => {
    expect(refusal({}, file('backups: 7'))).toContain('backups: found 7. Allowed: keys with values: ');
    expect(refusal({}, file('backups: { retain: {} }'))).toContain('“retain” is not a setting');
  });
});

describe('the rest of backups in capops.yml', () => {
  const KEY = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
  const backups = (section: string, env = {}) => load(env, file(`backups: ${section}`)).settings.backups;

  test('says where they go, and to whom they are encrypted', () => {
    expect(backups('{}')).toMatchObject({ storage: 'local', encryptTo: [] });
    expect(backups(`{ storage: local, encrypt_to: [${KEY}] }`)).toMatchObject({ storage: 'local', encryptTo: [KEY] });
    expect(backups('{ storage: both }', { S3_BUCKET: 'backups' })).toMatchObject({ storage: 'both' });
  });

  test.each([
    ['{}', 10e9],
    ['{ parallel_above: 500 MB }', 500e6],
    ['{ parallel_above: 20GB }', 20e9],
    ['{ parallel_above: 1 TB }', 1e12],
    ['{ parallel_above: never }', Number.POSITIVE_INFINITY],
  ])('says from which size on several sessions dump: %s', (section, bytes) => {
    expect(backups(section)?.parallelAboveBytes).toBe(bytes);
  });

  test.each(['10', '0 GB', '-1 GB', '1.5 GB', '10 gb', 'always', '9999999 GB', '{}'])(
    'refuses a size that is none: %s',
    (size) => {
      const allowed = 'Allowed: a size such as 500 MB, 10 GB or 1 TB, or never.';
      expect(refusal({}, file(`backups: { parallel_above: ${size} }`))).toContain('backups.parallel_above: found ');
      expect(refusal({}, file(`backups: { parallel_above: ${size} }`))).toContain(allowed);
    },
  );

  test('says where monthly ones go', () => {
    const env = { S3_BUCKET: 'backups' };
    expect(backups('{}', env)?.monthly).toBeUndefined();
    for (const storage_class of ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'])
      expect(backups(`{ monthly: { storage_class: ${storage_class} } }`, env)?.monthly?.storageClass).toBe(
        storage_class,
      );
    expect(backups('{ monthly: { bucket: old-ones } }', env)?.monthly?.bucket).toBe('old-ones');
  });

  test.each([
    ['{ monthly: {} }', 'backups.monthly: found {}. Allowed: a bucket, a storage_class, or both.'],
    [
      '{ monthly: { bucket: A } }',
      'backups.monthly.bucket: found “A”. Allowed: a bucket’s name of 3 to 63 small letters',
    ],
    ['{ monthly: { storage_class: GLACIER } }', 'what is in GLACIER and DEEP_ARCHIVE must be thawed for hours'],
    [
      '{ monthly: { storage_class: deep_archive } }',
      'backups.monthly.storage_class: found “deep_archive”. Allowed: a class',
    ],
    ['{ monthly: { bucket: old-ones } }', 'S3_BUCKET: found nothing, although capops.yml has backups.monthly.'],
    [
      '{ monthly: { bucket: old-ones }, retention: { monthly: 0 } }',
      'found a section, although backups.retention.monthly is 0.',
    ],
    ['{ storage: s3 }', 'backups.storage: found “s3”. Allowed: local, offsite or both'],
    ['{ storage: offsite }', 'S3_BUCKET: found nothing, although capops.yml has backups.storage: offsite.'],
    ['{ encrypt_to: age1 }', 'Allowed: a list of public keys of age'],
    [`{ encrypt_to: [${KEY.replace('z7', '7z')}] }`, 'Allowed: a public key of age, whole'],
    [`{ encrypt_to: [${KEY.slice(0, -1)}] }`, 'Allowed: a public key of age, whole'],
    ['{ encrypt_to: [AGE-SECRET-KEY-1] }', 'Allowed: a public key of age, whole'],
  ])('refuses %s with the start', (wrong, said) => {
    expect(refusal({}, file(`backups: ${wrong}`))).toContain(said);
  });
});
