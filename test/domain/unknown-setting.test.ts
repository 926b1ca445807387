import { describe, expect, test } from 'vitest';
import { isUnknownSettingAlone, withoutUnknownSetting } from '../../src/domain/unknown-setting.ts';

const KNOWN = `pg_restore: while INITIALIZING:
pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;
`;
const OTHER = `pg_restore: error: could not execute query: ERROR:  disk full
Command was: CREATE INDEX one ON two (three);
`;
const END = 'pg_restore: warning: errors ignored on restore: 2';

describe('A pg_restore that is newer than its server', () => {
  test('is well when each of its sessions met nothing but the setting, in whatever language the server says so', () => {
    expect(isUnknownSettingAlone(`${KNOWN}${KNOWN}${END}`)).toBe(true);
    const german = KNOWN.replace(/ERROR: .*/, 'FEHLER:  unbekannter Konfigurationsparameter »transaction_timeout«');
    expect(isUnknownSettingAlone(`${german}${END}`)).toBe(true);
  });

  test('is well when what its sessions say is mixed up', () => {
    const mixed = KNOWN.split('could').join('pg_restore: error: could') + KNOWN.replace('pg_restore: error: ', '');
    expect(isUnknownSettingAlone(mixed)).toBe(true);
  });

  test('is not well when it met anything else', () => {
    for (const said of [
      '',
      END,
      OTHER,
      `${KNOWN}${OTHER}${END}`,
      `${OTHER}${KNOWN}`,
      `${KNOWN}pg_restore: error: lost\n`,
    ])
      expect(isUnknownSettingAlone(said), said).toBe(false);
    expect(isUnknownSettingAlone(OTHER.replace('INDEX one', `INDEX "SET transaction_timeout = 0;"`))).toBe(false);
  });

  test('is heard for what it warned of besides', () => {
    const warning = 'pg_restore: warning: tables WITH OIDS are gone';
    expect(withoutUnknownSetting(`${KNOWN}${warning}\n${END}`)).toBe(warning);
    expect(withoutUnknownSetting(`${KNOWN}${END}`)).toBe('');
  });
});
