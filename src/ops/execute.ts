import { covers, type Standing } from '../domain/access-policy.ts';
import type { RateLimit } from '../domain/rate-limit.ts';
import { UserError } from '../errors.ts';
import type { Run } from '../models/run.ts';
import type { Ports } from '../ports.ts';
import { authorise } from './authorise.ts';
import { confirmationOf, holdTo, MovedError } from './confirmation.ts';
import { refuseWhileFrozen } from './frozen.ts';
import { validate } from './input.ts';
import type { Arguments, Context, InputOf, Trace } from './operation.ts';
import type { Recorder } from './recorder.ts';
import type { Report } from './report.ts';
import type { RunDraft } from './run-rows.ts';
import type { OpsService, Outcome, PreviewOutcome, Request } from './service.ts';
import { type Underway, unsuccessful } from './unsuccessful.ts';

interface Desk {
  readonly ports: Ports;
  readonly recorder: Recorder;
  readonly service: OpsService;
  readonly rateLimit: RateLimit | undefined;
}

/** Authorise, validate, preview, record the intent, run, record the outcome, report. Never rejects. */
export async function execute(desk: Desk, request: Request): Promise<Outcome> {
  const run: Underway = { ...desk.recorder.draft(request), begun: false };
  const outcome = await attempt(desk, run).catch((error: unknown) =>
    error instanceof MovedError ? previewAnew(desk, run, error) : unsuccessful(desk, run, error),
  );
  logLine(desk.ports, run, outcome);
  return outcome;
}

async function attempt(desk: Desk, run: Underway): Promise<Outcome> {
  const { ports, recorder, service } = desk;
  const { operation, actor, raw } = run.request;
  const standing = await authorise(ports, operation, actor);
  refuseTooMany(desk, run);
  const context = contextOf(ports, service, run);
  const input = validate(operation, raw, context);
  const confirmed = run.request.confirmation === undefined ? undefined : await recorder.first(run.request);
  if (confirmed) return repetition(confirmed);
  if (operation.preview) {
    const shown = await preview(context, run, input);
    if (shown) {
      recorder.note(run, { state: 'previewed', report: shown.report });
      return shown;
    }
  }
  if (operation.effect === 'changes') {
    await refuseWhileFrozen(ports, operation);
    const first = await recorder.begin(run);
    if (first) return repetition(first);
    run.begun = true;
  }
  const data: unknown = await operation.run(context, input);
  const report = withinReach(operation.report(data, context), { service, standing });
  return {
    kind: 'done',
    runId: run.id,
    data,
    repeated: false,
    report: await recorded(recorder, run, { report, trace: operation.trace?.(data) }),
  };
}

/** Who sits at the terminal holds the databases anyway. */
function refuseTooMany({ ports, rateLimit }: Desk, { request: { actor }, startedAt }: RunDraft): void {
  const seconds = actor.face === 'slack' ? rateLimit?.take(actor.id, startedAt) : undefined;
  if (seconds === undefined) return;
  const most = ports.settings.requestsPerMinute;
  throw new UserError(
    `That is more than ${most} requests within a minute. Nothing was done; ask again in ${seconds} s.`,
  );
}

function contextOf(ports: Ports, service: OpsService, { id, request, startedAt }: RunDraft): Context {
  return {
    ...ports,
    service,
    runId: id,
    actor: request.actor,
    operation: request.operation,
    raw: request.raw,
    moment: { now: startedAt, timeZone: ports.settings.timeZone },
    holdTo: (state) => holdTo(request, state),
    openFile:
      request.openFile ??
      (() => {
        throw new UserError('This needs a file, and none came with the request.');
      }),
    progress: request.progress ?? (() => undefined),
  };
}

/** What has to be shown before anything runs; undefined once exactly this was confirmed. */
async function preview(
  context: Context,
  { id, request }: RunDraft,
  input: InputOf<Arguments>,
): Promise<PreviewOutcome | undefined> {
  const seen = await request.operation.preview?.(context, input);
  if (!seen) return undefined;
  const confirmation = seen.confirmLabel === undefined ? undefined : confirmationOf(request, seen);
  if (confirmation !== undefined && confirmation === request.confirmation) return undefined;
  const moved = request.confirmation !== undefined;
  return { kind: 'preview', runId: id, report: seen.report, confirmation, confirmLabel: seen.confirmLabel, moved };
}

/** The report without offers that the policy would refuse anyway. */
function withinReach(report: Report, { service, standing }: { service: OpsService; standing: Standing }): Report {
  const offers = report.offers?.filter(({ operation }) =>
    covers(standing.role, service.find(operation)?.role ?? 'admin'),
  );
  return offers ? { ...report, offers } : report;
}

/** The report as it can be given: whether the ledger has the outcome is part of the truth. */
async function recorded(
  recorder: Recorder,
  run: Underway,
  { report, trace }: { report: Report; trace: Trace | undefined },
): Promise<Report> {
  if (!run.begun) {
    recorder.note(run, { state: 'done', report, trace });
    return report;
  }
  if (await recorder.settle(run, { state: 'done', report, trace })) return report;
  const note = 'CapOps’ own record (the ledger) stopped answering before it could note this; the change itself stands.';
  return { ...report, parts: [...(report.parts ?? []), { kind: 'note', text: note }] };
}

/** The first delivery's answer, for a request that was delivered again. */
function repetition(first: Run): Outcome {
  if (first.state === 'done' && first.result) {
    return { kind: 'done', runId: first.id, data: undefined, repeated: true, report: first.result as Report };
  }
  const title =
    first.state === 'done'
      ? `This request came in before, and was done. ${first.message ?? ''}`.trim()
      : 'This request came in before and is being worked on; the answer follows there.';
  return { kind: 'done', runId: first.id, data: undefined, repeated: true, report: { tone: 'info', title } };
}

/** What was confirmed is no longer what would be done: nothing was, and this is how it stands now. */
async function previewAnew(desk: Desk, run: Underway, { message }: MovedError): Promise<Outcome> {
  await desk.recorder.settle(run, { state: 'refused', message });
  const { confirmation: _, ...anew } = run.request;
  const outcome = await execute(desk, anew);
  return outcome.kind === 'preview' ? { ...outcome, moved: true } : outcome;
}

function logLine({ log, clock, meter }: Ports, { id, request, startedAt }: RunDraft, outcome: Outcome): void {
  const durationMs = clock.now().getTime() - startedAt.getTime();
  meter?.ran({
    operation: request.operation.name,
    outcome: outcome.kind === 'done' && outcome.repeated ? 'repeated' : outcome.kind,
    face: request.actor.face,
    seconds: durationMs / 1000,
  });
  log.info(
    { runId: id, operation: request.operation.name, actor: request.actor.id, outcome: outcome.kind, durationMs },
    'run',
  );
}
