const SENT = 'SET transaction_timeout = 0;';

/**
 * Whether a pg_restore that was not told to stop at errors, and ended badly, met no other than this: from 17 on it gives each of its
 * sessions a setting that older servers do not know, and that has no meaning there. What its sessions say may be mixed up.
 */
export function isUnknownSettingAlone(said: string): boolean {
  const errors = said.match(/\berror: /g)?.length ?? 0;
  const sent = said.split(`Command was: ${SENT}`).length - 1;
  return errors > 0 && errors === sent && errors === (said.match(/\bCommand was: /g)?.length ?? 0);
}

/** What it warned of besides. */
export function withoutUnknownSetting(said: string): string {
  const lines = said.split('\n').filter((line) => /\bwarning: /.test(line) && !/errors ignored on restore/.test(line));
  return lines.join('\n');
}
