import { withoutErrorDetails } from '../../domain/without-error-details.ts';
import { withoutSecrets } from '../../domain/without-secrets.ts';
import type { SupportDesk } from '../../ports.ts';

// Colours and what else terminals do; they could also stand in the middle of a secret.
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  /\u001b\[[0-9;:?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]{0,500}(?:\u0007|\u001b\\)|\r(?=\n)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A foreign text as the development team may have it: without secrets, rows’ contents, and signs that steer a terminal. */
export function cleanText({ withoutConfigured }: Pick<SupportDesk, 'withoutConfigured'>, text: string): string {
  return withoutSecrets(withoutErrorDetails(withoutConfigured(text.replace(CONTROLS, ''))));
}
