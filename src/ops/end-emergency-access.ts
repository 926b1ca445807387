import { EMERGENCY_CODE } from '../domain/emergency.ts';
import { forgetAccess } from './access-cache.ts';
import { type Closed, closeEmergency } from './emergencies/close-emergency.ts';
import { noteEnded } from './emergencies/note-emergency.ts';
import { REVIEW } from './emergencies/review-due.ts';
import { called } from './organisation-found.ts';
import * as arg from './service/arguments.ts';
import { defineOperation } from './service/operation.ts';
import type { Part, Report } from './service/report.ts';

interface Ended extends Closed {
  readonly cacheNote: Part | undefined;
  readonly isNoted: boolean;
}

export const endEmergencyAccess = defineOperation({
  name: 'end-emergency-access',
  verb: 'end-emergency-access',
  summary: `End emergency access now: take every module away from ${EMERGENCY_CODE}`,
  role: 'operator',
  effect: 'changes',
  evenWhenFrozen: true,
  restartable: true,
  emergency: true,
  example: 'end-emergency-access',
  args: {
    reason: {
      ...arg.optional(
        arg.words('Reason', 'why, in a few words; it is recorded', {
          maxLength: 500,
          example: 'logging in works again',
        }),
      ),
      keyword: 'because',
    },
  },

  async run(context, { reason }): Promise<Ended> {
    const closed = await closeEmergency(context, reason);
    const { organisation, taken, at } = closed;
    if (!organisation || taken.length === 0) return { ...closed, cacheNote: undefined, isNoted: true };
    const moduleKeys = taken.map(({ moduleKey }) => moduleKey);
    const [cacheNote, isNoted] = await Promise.all([
      forgetAccess(context, [{ organisationId: organisation.id, moduleKeys }]),
      noteEnded(context, at),
    ]);
    return { ...closed, cacheNote, isNoted };
  },

  trace: ({ taken }) => ({
    subjects: [EMERGENCY_CODE],
    before: Object.fromEntries(taken.map(({ moduleKey, validUntil }) => [moduleKey, { status: 'active', validUntil }])),
    after: Object.fromEntries(
      taken.map(({ moduleKey, validUntil }) => [moduleKey, { status: 'suspended', validUntil }]),
    ),
  }),

  report: ({ organisation, taken, cacheNote, isNoted }): Report => {
    if (!organisation || taken.length === 0) {
      return { tone: 'unchanged', title: 'No emergency access is open. Nothing was changed.' };
    }
    return {
      tone: 'done',
      title: `Emergency access has ended: ${called(organisation)} has no module any more.`,
      parts: [
        { kind: 'note', text: 'The review is due now: what happened, and what was done.' },
        ...(cacheNote ? [cacheNote] : []),
      ],
      offers: [REVIEW],
      ...(isNoted ? {} : { announcement: 'ended emergency access' }),
    };
  },

  json: ({ taken, at }) => ({ at, taken: taken.map(({ moduleKey }) => moduleKey) }),
});
