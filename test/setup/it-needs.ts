import { type TestContext, test } from 'vitest';
import { type NeedName, whyMissing } from './machine.ts';

/**
 * A test that runs a program which may be missing: `itNeeds('redis', 'clears the keys', async () => ...)`.
 * Where it is missing the test is skipped, with the line that would install it as the reason.
 */
export function itNeeds(
  needs: NeedName | NeedName[],
  name: string,
  body: (context: TestContext) => Promise<void> | void,
  { timeoutSeconds = 30 } = {},
): void {
  const reason = [needs].flat().map(whyMissing).find(Boolean);
  test(name, (context) => (reason ? context.skip(reason) : body(context)), timeoutSeconds * 1000);
}
