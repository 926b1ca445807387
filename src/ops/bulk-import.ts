import { z } from 'zod';
import { counted } from '../domain/counted.ts';
import { type ImportFile, MAX_IMPORT_BYTES, readImportFile, tooLarge } from '../domain/import-file.ts';
import {
  changesNothing,
  countPlan,
  type ImportPlan,
  planDigest,
  planImport,
  planWords,
} from '../domain/import-plan.ts';
import { UserError } from '../errors.ts';
import { AuditLog } from '../models/audit-log.ts';
import { presentOrganisations, queueForImport, writeImport } from '../models/bulk-import.ts';
import { inTransaction } from '../models/transaction.ts';
import { forgetAccess } from './access-cache.ts';
import type { NamedFile } from './import-attachments.ts';
import { type Imported, importReport, previewReport } from './import-report.ts';
import * as arg from './service/arguments.ts';
import { type Argument, type Context, defineOperation } from './service/operation.ts';

const file: Argument<string, true> = {
  label: 'File',
  summary: 'a CSV file with the columns name, code and modules',
  example: 'airports.csv',
  required: true,
  schema: () => z.string('Name one file.').min(1, 'Name one file.'),
  widget: { kind: 'file', types: ['csv'] },
};

export const bulkImport = defineOperation({
  name: 'bulk-import',
  verb: 'import',
  summary: 'Create organisations and give them modules from a CSV file',
  role: 'operator',
  effect: 'changes',
  long: true,
  restartable: true,
  example: 'import airports.csv',
  args: {
    file: arg.positional(file),
    skipInvalid: arg.flag(
      'Skip invalid lines',
      'import the good lines and give the others back in a file',
      '--skip-invalid',
    ),
  },

  async preview(context, input) {
    const read = await fileOf(context, input.file);
    context.progress({ phase: 'Comparing with what there is' });
    const plan = await planNow(context, context.databases.platform, read);
    const blocked = read.problems.length > 0 && !input.skipInvalid;
    const counts = countPlan(plan);
    return {
      report: previewReport(context, { file: read, plan, blocked }),
      state: stateOf(read, plan),
      confirmLabel: blocked || changesNothing(plan) ? undefined : capitalised(planWords(counts)),
    };
  },

  async run(context, { file, skipInvalid = false }): Promise<Imported> {
    const read = await fileOf(context, file);
    if (read.problems.length > 0 && !skipInvalid) {
      const found = counted(read.problems.length, 'problem');
      throw new UserError({ argument: 'file', message: `${read.name} has ${found}. Nothing was imported.` });
    }
    const { plan, created } = await write(context, read);
    const changed = plan.add.map(({ organisationId, modules }) => ({ organisationId, moduleKeys: modules }));
    // Of new organisations nothing can be remembered, but there is a list of all access: one of them makes it go.
    const first = created
      .slice(0, 1)
      .map((organisationId) => ({ organisationId, moduleKeys: plan.create[0]?.modules ?? [] }));
    return { file: read, plan, cacheNote: await forgetAccess(context, [...changed, ...first]) };
  },

  trace: ({ file, plan }) => ({
    subjects: [...plan.create, ...plan.add].map(({ code }) => code),
    // Row by row it stands in the platform's own audit, under the run's id.
    after: { file: file.name, sha256: file.sha256, created: plan.create.length, added: plan.add.length },
  }),

  report: (imported) => importReport(imported),

  json: ({ file: { name, sha256, lineCount, rejectedCount, problems }, plan }) => ({
    file: { name, sha256, lines: lineCount, rejected: rejectedCount },
    created: plan.create.map(({ code, name, modules }) => ({ code, name, modules })),
    added: plan.add.map(({ code, modules }) => ({ code, modules })),
    unchanged: plan.unchanged,
    namesKept: plan.renamed,
    accessKept: plan.closed,
    problems,
  }),
});

/** The plan and the change in one transaction; where somebody was faster, on what there is then. */
async function write(context: Context, read: NamedFile): Promise<{ plan: ImportPlan; created: readonly string[] }> {
  const by = {
    actorId: context.actor.id,
    at: context.moment.now,
    reason: `Imported from ${read.name} through CapOps [run ${context.runId}]`,
  };
  return inTransaction(context.databases.platform, async (trx) => {
    await queueForImport(trx).catch(busy);
    const plan = await planNow(context, trx, read);
    context.holdTo(stateOf(read, plan));
    const total = plan.create.length + plan.add.length;
    const advance = (done: number) => {
      context.signal.throwIfAborted();
      context.progress({ phase: 'Importing', done, total });
    };
    if (total > 0) advance(0);
    const created = await writeImport(trx, plan, { by, logged: await AuditLog.exists(trx), advance });
    return { plan, created };
  });
}

/** What a confirmation of an import binds. */
function stateOf({ sha256 }: ImportFile, plan: ImportPlan): unknown {
  return { file: sha256, plan: planDigest(plan) };
}

async function planNow(
  { moment }: Context,
  platform: Parameters<typeof presentOrganisations>[0],
  { rows }: ImportFile,
): Promise<ImportPlan> {
  const present = await presentOrganisations(
    platform,
    rows.map(({ code }) => code),
  );
  return planImport(rows, present, moment.now);
}

function busy(error: unknown): never {
  if ((error as { code?: unknown }).code !== '55P03') throw error;
  throw new UserError(
    'Another import is being done and takes its time. Nothing was imported; try again when it is through.',
  );
}

/** A run reads its file once: what was confirmed is what is imported, and a file in Slack is fetched one time. */
const filesOfRuns = new WeakMap<Context, Promise<NamedFile>>();

function fileOf(context: Context, reference: string): Promise<NamedFile> {
  const reading = filesOfRuns.get(context) ?? readFile(context, reference);
  filesOfRuns.set(context, reading);
  return reading;
}

async function readFile(context: Context, reference: string): Promise<NamedFile> {
  const { name, sizeBytes, content } = await context.openFile(reference);
  context.progress({ phase: `Reading ${shownName(name)}` });
  if (sizeBytes > MAX_IMPORT_BYTES) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    if (size > MAX_IMPORT_BYTES) throw tooLarge();
    pieces.push(piece);
  }
  return { ...(await readImportFile(Buffer.concat(pieces))), name: shownName(name) };
}

/** The name without folders and without what cannot be shown: it stands in records, and names the files that are given back. */
function shownName(name: string): string {
  const own = name.split(/[/\\]/).at(-1) ?? '';
  return own.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(-100) || 'import.csv';
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
