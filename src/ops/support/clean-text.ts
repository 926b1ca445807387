import { withoutErrorDetails } from '../../domain/without-error-details.ts';
import { withoutSecrets } from '../../domain/without-secrets.ts';
import { withoutSteering } from '../../domain/without-steering.ts';
import type { SupportDesk } from '../../ports.ts';

/** A foreign text as the development team may have it: without secrets, rows’ contents, and signs that steer a terminal. */
export function cleanText({ withoutConfigured }: Pick<SupportDesk, 'withoutConfigured'>, text: string): string {
  return withoutSecrets(withoutErrorDetails(withoutConfigured(withoutSteering(text))));
}
