import { covers, type Standing } from '../domain/access-policy.ts';
import { standingNow } from './service/authorise.ts';
import { defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';

interface Identity extends Standing {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly verbs: readonly string[];
}

export const whoami = defineOperation({
  name: 'whoami',
  verb: 'whoami',
  summary: 'Say who you are to CapOps, and what that lets you do',
  role: 'viewer',
  effect: 'reads',
  example: 'whoami',
  args: {},

  async run(context): Promise<Identity> {
    const standing = await standingNow(context, context.actor);
    const verbs = context.service.operations.filter(({ role }) => covers(standing.role, role)).map(({ verb }) => verb);
    return {
      ...standing,
      id: context.actor.id,
      name: context.actor.name,
      environment: context.settings.environment,
      verbs,
    };
  },

  report: ({ id, name, role, because, environment, verbs }): Report => ({
    tone: 'info',
    title: `You are ${name}, ${role} in ${environment}.`,
    parts: [
      {
        kind: 'facts',
        facts: [
          ['Known as', id],
          ['Role', `${role}: ${because}`],
          ['You may', verbs.join(', ')],
        ],
      },
    ],
  }),
});
