import { UserError } from '../../errors.ts';
import { confirmationOf } from './confirmation.ts';
import type { Arguments, Context, InputOf, Preview } from './operation.ts';
import type { RunDraft } from './run-rows.ts';
import { wasApproved } from './second-person.ts';
import type { PreviewOutcome } from './service.ts';

/** What was seen before anything runs. */
export interface Look {
  /** Has to be shown first, and confirmed. */
  readonly shown: PreviewOutcome | undefined;
  /** What a second person is asked to approve: the preview, where the operation has one, and the hash that binds it. */
  readonly report: Preview['report'] | undefined;
  readonly hash: string;
}

/**
 * Looks at what would happen, where the operation can: `shown` unless exactly this was confirmed. `isForSecond` says that a
 * second person is asked, so that operations that show their preview to nobody else look too. What goes on as it was
 * planned, or holds itself to what was confirmed, is not looked at again.
 */
export async function lookFirst(
  context: Context,
  { id, request }: RunDraft,
  { input, isForSecond }: { input: InputOf<Arguments>; isForSecond: boolean },
): Promise<Look> {
  const { operation, confirmation: given } = request;
  const isHeld = operation.looksOnce || (context.soFar?.plan ?? undefined) !== undefined;
  if (given !== undefined && isHeld && !isForSecond) return { shown: undefined, report: undefined, hash: given };
  const isAsked = operation.preview && (operation.previewFor !== 'second person' || isForSecond || given !== undefined);
  const seen = isAsked ? await operation.preview?.(context, input) : undefined;
  const hash = confirmationOf(request, { state: seen?.state ?? null });
  const look = { shown: undefined, report: seen?.report, hash };
  if (given === hash || !seen) return look;
  if (wasApproved(context, request)) throw new UserError(NO_LONGER_APPROVED);
  const { report, confirmLabel, confirmWord, seen: looked } = seen;
  if (operation.previewFor === 'second person' && given === undefined && confirmLabel !== undefined) return look;
  const confirmation = confirmLabel === undefined ? undefined : hash;
  return {
    ...look,
    shown: {
      ...{ kind: 'preview', runId: id, report, confirmation, confirmLabel, confirmWord },
      ...{ moved: given !== undefined, seen: looked },
    },
  };
}

export const NO_LONGER_APPROVED =
  'What this would do has changed since it was approved, so the approval no longer holds. Nothing was changed; ask again.';
