import { counted } from '../../domain/counted.ts';
import { listWords } from '../../domain/module-keys.ts';
import type { Context, Preview } from '../service/operation.ts';
import type { Part } from '../service/report.ts';
import { type LiveFacts, lookAtLive } from './live-facts.ts';
import { previewFacts } from './preview-facts.ts';
import { losses } from './preview-losses.ts';
import type { RestoreWork } from './restore-wish.ts';

/** What a restore would do, and what it would lose. */
export async function previewRestore(context: Context, work: RestoreWork): Promise<Preview> {
  const { desk, restorable, isAnew, within } = work;
  const { live } = desk.server;
  const { environment } = context.settings;
  const now = await lookAtLive(context, work);
  return {
    report: {
      tone: 'attention',
      title: isAnew
        ? `This makes the database ${live} in ${environment} anew from ${restorable.name}: there is none on its server.`
        : `This replaces the database ${live} in ${environment} with ${restorable.name}.`,
      parts: [
        { kind: 'facts', facts: previewFacts(context, work, now) },
        ...(isAnew ? [] : losses(work, now)),
        ...notes(work, now),
      ],
    },
    state: { source: restorable.source.sha256 ?? restorable.name, live: now.oid, within: within?.schemas ?? null },
    confirmLabel: isAnew ? 'Make the database' : 'Replace the database',
    confirmWord: live,
  };
}

function notes({ plan, restorable, found }: RestoreWork, { unread }: LiveFacts): Part[] {
  const missing = [...plan.missingRoles, ...plan.closedRoles];
  const { code } = plan.contents;
  const texts = [
    ...found,
    ...(missing.length > 0
      ? [
          `What belongs to ${listWords(missing)} goes to the database’s own user, and what they were granted is left out: the server has no such roles, or they are closed to it.`,
        ]
      : []),
    ...(restorable.trust === 'foreign' && code.length > 0
      ? [
          `It holds ${counted(code.length, 'function, trigger or rule', 'functions, triggers and rules')}, which will run with the platform’s rights: ${code.slice(0, 5).join(', ')}.`,
        ]
      : []),
    ...(unread.length > 0
      ? [`The live database does not answer as it should: ${listWords(unread)} could not be read.`]
      : []),
  ];
  return texts.map((text) => ({ kind: 'note', text }));
}
