import { counted } from '../domain/counted.ts';
import { showTime } from '../domain/end-date.ts';
import { type Context, defineOperation } from './service/operation.ts';
import type { Report } from './service/report.ts';
import { type Assembled, assembleParts, fileText, sizeWords } from './support/assemble.ts';
import { type BundlePart, gatherParts, type Sources } from './support/bundle-part.ts';
import { DATABASE_PARTS } from './support/database-parts.ts';
import { logParts } from './support/log-parts.ts';
import { OPERATION_PARTS } from './support/operation-parts.ts';
import { OWN_PARTS } from './support/own-parts.ts';
import { RUN_PARTS } from './support/run-parts.ts';

interface Bundle {
  readonly name: string;
  readonly content: string;
  readonly parts: readonly Pick<Assembled, 'title' | 'lacks'>[];
}

export const supportBundle = defineOperation({
  name: 'support-bundle',
  verb: 'support',
  summary: 'Make a file for the development team: versions, health, diagnosis, logs, failures; without secrets',
  role: 'operator',
  effect: 'reads',
  evenWhenDown: true,
  example: 'support',
  args: {},

  async run(context): Promise<Bundle> {
    if (!context.openSupport) throw new Error('this process was composed without a support desk');
    const sources = { context, desk: await context.openSupport() };
    await loadAll(context);
    const parts = await assembleParts(sources.desk, await gatherParts(sources, partsFor(sources)));
    const { environment, timeZone } = context.settings;
    const heading = `Support bundle of ${environment}, ${showTime(context.moment.now, timeZone)}`;
    return { name: nameOf(context), content: fileText(heading, parts), parts };
  },

  report: ({ name, content, parts }, { settings: { environment } }): Report => {
    const lacking = parts.flatMap(({ title, lacks }) => (lacks === undefined ? [] : [`${title}: ${lacks}`]));
    return {
      tone: lacking.length > 0 ? 'attention' : 'info',
      title: `The file for the development team is ready: ${counted(parts.length, 'part')}, ${sizeWords(content)}.`,
      parts: [
        ...(lacking.length > 0 ? [{ kind: 'list', items: lacking } as const] : []),
        { kind: 'note', text: LOOK_THROUGH },
      ],
      attachments: [
        { name, content, summary: `What CapOps knows of ${environment}, without secrets`, isPrivate: true },
      ],
    };
  },

  json: ({ name, parts }) => ({ file: name, parts }),
});

const LOOK_THROUGH =
  'Secrets are taken out. Names, ids and what people typed are still in it: give it to nobody but the development team.';

/** What the parts look with is loaded before their time begins. Where that fails, the part that needs it says so. */
async function loadAll({ openProbes, openLogs, openContainers, openExaminer }: Context): Promise<void> {
  await Promise.allSettled([openProbes?.(), openLogs?.(), openContainers?.(), openExaminer?.()]);
}

function partsFor(sources: Sources): readonly BundlePart[] {
  return [...OWN_PARTS, ...OPERATION_PARTS, ...DATABASE_PARTS, ...RUN_PARTS, ...logParts(sources)];
}

function nameOf({ settings: { environment }, moment: { now } }: Context): string {
  const stamp = now.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-');
  return `capops-support-${environment.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${stamp}.md`;
}
