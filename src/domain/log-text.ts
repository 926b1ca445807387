import { withoutUnsureEnd } from './cut-line.ts';
import { withoutSecrets } from './without-secrets.ts';
import { withoutSteering } from './without-steering.ts';

/** What would begin a line, and halves of signs. */
const BREAKS = /[\n\p{Cs}\u2028\u2029]/gu;
const KEY_BEGINS = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/;
const KEY_ENDS = /-----END [A-Z ]{0,40}PRIVATE KEY-----/;
/** A key’s lines have this shape also where its beginning was not read. */
const KEY_LINE = /^[A-Za-z0-9+/]{64}$/;
/** What stands between a key’s beginning and its end, perhaps behind a time and the like. */
const IN_KEY = /^[A-Za-z0-9+/=]*$|^(?:Proc-Type|DEK-Info): |(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}$/;
/** A key of 8,192 bits. What names a key’s beginning and has no end hides no more than these, and only what looks like them. */
const MOST_KEY_LINES = 110;
const SECRET = '[secret]';

/** A text that a program wrote into its log, on one line, as it may be shown. */
export function plainLogText(text: string): string {
  return withoutSteering(text).replaceAll('\t', '    ').replaceAll(BREAKS, '');
}

/**
 * Cleans a log’s lines one by one, in their order: what looks like a secret is taken out, keys of several lines included. With `wanted`
 * only lines that hold it, in any case, when they are clean: nobody finds a secret by guessing it. `withoutConfigured` takes out what is
 * configured as a secret here.
 */
export function openLogCleaner(
  wanted = '',
  withoutConfigured: (text: string) => string = (text) => text,
): (text: string) => string | undefined {
  const looked = wanted.toLowerCase();
  const isFound = (line: string) => line.toLowerCase().includes(looked);
  let keyLinesLeft = 0;
  const clean = (text: string) => {
    const line = plainLogText(text);
    const bare = line.trim();
    const wasInKey = keyLinesLeft > 0;
    keyLinesLeft = KEY_BEGINS.test(line) ? MOST_KEY_LINES : Math.max(0, keyLinesLeft - 1);
    if (KEY_ENDS.test(line)) keyLinesLeft = 0;
    if (KEY_LINE.test(bare) || (wasInKey && isOfKey(bare))) return SECRET;
    if (wasInKey && !KEY_BEGINS.test(line)) keyLinesLeft = 0;
    // To clean a line takes long, beside looking whether it is worth it.
    return isFound(line) || SECRET.includes(looked) ? withoutUnsureEnd(withoutSecrets(withoutConfigured(line))) : '';
  };
  return (text) => {
    const line = clean(text);
    return isFound(line) ? line : undefined;
  };
}

function isOfKey(line: string): boolean {
  return IN_KEY.test(line) || KEY_ENDS.test(line);
}

/** Writes a line’s moment: `2026-11-22 13:05:01`, in the zone. */
export function openLogTime(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (at) => format.format(at);
}
