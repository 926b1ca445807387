import { covers, type Standing } from '../../domain/access-policy.ts';
import type { RateLimit } from '../../domain/rate-limit.ts';
import { type Offer, UserError } from '../../errors.ts';
import type { Ports } from '../../ports.ts';
import { authorise } from './authorise.ts';
import { MovedError } from './confirmation.ts';
import { refuseWhileFrozen } from './frozen.ts';
import { validate } from './input.ts';
import { lookFirst, NO_LONGER_APPROVED } from './look-first.ts';
import type { Context, Unapproved } from './operation.ts';
import type { Recorder } from './recorder.ts';
import { repetition } from './repetition.ts';
import type { Reply, Report } from './report.ts';
import { contextOf } from './run-context.ts';
import type { RunDraft, RunOutcome } from './run-rows.ts';
import { asksSecondPerson, needsSecondPerson, unapprovedOf, wasApproved } from './second-person.ts';
import type { OpsService, Outcome, Request, Watcher } from './service.ts';
import { recallSoFar } from './so-far.ts';
import { storedReceipt } from './stored-receipt.ts';
import { underControl } from './under-control.ts';
import { type Underway, unsuccessful } from './unsuccessful.ts';
import { waitInstead } from './wait-instead.ts';
import { writeWords } from './words.ts';

interface Desk {
  readonly ports: Ports;
  readonly recorder: Recorder;
  readonly service: OpsService;
  readonly rateLimit: RateLimit | undefined;
  readonly watchers: readonly Watcher[];
  /** Has the service wait for it at its end. */
  readonly follow: (work: Promise<unknown>) => void;
  /** Aborts when the process is about to end. */
  readonly stopping: AbortSignal;
}

/** Authorise, validate, preview, record the intent, run, record the outcome, report. Never rejects. */
export async function execute(desk: Desk, given: Request): Promise<Outcome> {
  const request = await takenAfterAll(given);
  const run: Underway = { ...desk.recorder.draft(request), begun: false, ending: new AbortController() };
  const outcome = await attempt(desk, run).catch((error: unknown) =>
    error instanceof MovedError ? moved(desk, run, error) : unsuccessful(desk, run, error),
  );
  // Its face knows of no stored run, and answers it all the same.
  if (request !== given && request.receipt?.kind === 'stored') desk.recorder.answered(run.id);
  logLine(desk.ports, run, outcome);
  tellWatchers(desk, run, outcome);
  return outcome;
}

/** A ledger that was slow to take an emergency’s request is given so long, so that both know of one run. */
const AFTER_ALL_MS = 1_000;

/** What is only shown now is asked for again when it is confirmed, and does not wait. */
async function takenAfterAll(request: Request): Promise<Request> {
  const { operation, confirmation } = request;
  if (request.receipt?.kind !== 'unstored' || !request.receipt.afterAll) return request;
  const isOnlyShown = operation.preview && !operation.previewFor && confirmation === undefined;
  const receipt = await request.receipt.afterAll(isOnlyShown ? 0 : AFTER_ALL_MS);
  return { ...request, receipt: receipt ?? { kind: 'unstored', error: request.receipt.error } };
}

function tellWatchers(
  { ports, watchers, follow }: Desk,
  { begun, id, request: { operation } }: Underway,
  outcome: Outcome,
): void {
  const isDone = begun && outcome.kind === 'done' && !outcome.repeated;
  const isDangerous = isDone && needsSecondPerson(ports, operation);
  for (const watcher of watchers) {
    if (outcome.kind === 'awaiting' || operation.leavesMessage) follow(Promise.resolve(watcher.waiting?.()));
    if (isDone) follow(Promise.resolve(watcher.changed?.(operation.name)));
    if (isDangerous) follow(Promise.resolve(watcher.dangerous?.({ id, operation: operation.name })));
  }
}

async function attempt(desk: Desk, run: Underway): Promise<Outcome> {
  const { ports, recorder, service } = desk;
  const { operation, actor, raw, receipt, confirmation } = run.request;
  const standing = await authorise(ports, operation, actor);
  if (receipt?.kind === 'known') return repetition(receipt.run);
  if (isNew(run)) refuseTooMany(desk, run);
  await recallSoFar(ports, run);
  const context = contextOf(desk, run);
  const input = validate(operation, raw, context);
  const first = confirmation === undefined || receipt ? undefined : await recorder.first(run.request);
  if (first) return repetition(first);
  const look = await lookFirst(context, run, { input, isForSecond: asksSecondPerson(ports, run.request) });
  if (look.shown) {
    recorder.note(run, { state: 'previewed', report: look.shown.report });
    return look.shown;
  }
  if (operation.effect === 'changes') {
    const instead = await begin(desk, run, { look, context, input });
    if (instead) return instead;
  }
  const unapproved = unapprovedOf(ports, run);
  const going: Context = { ...context, unapproved, isLedgerDown: run.isLedgerDown ?? false };
  const data: unknown = await underControl(ports, { run, context: going, input }, (held) => operation.run(held, input));
  const report = withForce(run, withinReach(operation.report(data, going), { service, standing }), unapproved);
  const without = unapproved ? { rule: unapproved.rule, message: unapproved.words } : {};
  const written = { report, trace: operation.trace?.(data), ...without };
  return { kind: 'done', runId: run.id, data, repeated: false, report: await recorded(recorder, run, written) };
}

/** Stores the intent to change something. Returns what is answered where it does not run now. */
async function begin(desk: Desk, run: Underway, seen: Parameters<typeof waitInstead>[2]): Promise<Outcome | undefined> {
  const { operation, receipt, isLedgerDown } = run.request;
  if (receipt?.kind === 'unstored' && !operation.emergency) throw receipt.error;
  const isFoundDown = operation.emergency && (isLedgerDown || receipt?.kind === 'unstored');
  run.isLedgerDown = isFoundDown || !(await refuseWhileFrozen(desk.ports, operation));
  const instead = await waitInstead(desk, run, seen);
  if (instead) return instead;
  const first = await desk.recorder.begin(run);
  if (first) return repetition(first);
  run.begun = true;
  return undefined;
}

/** Whether it comes from somebody now, and is not one that goes on. */
function isNew({ request }: RunDraft): boolean {
  const receipt = storedReceipt(request);
  return !receipt || (receipt.state === 'received' && !receipt.isResumed);
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

/** The report without offers that the policy would refuse anyway. */
function withinReach(report: Report, { service, standing }: { service: OpsService; standing: Standing }): Report {
  const isInReach = ({ operation }: Offer) => covers(standing.role, service.find(operation)?.role ?? 'admin');
  const within = <R extends Reply>(one: R): R => (one.offers ? { ...one, offers: one.offers.filter(isInReach) } : one);
  return report.thread ? { ...within(report), thread: report.thread.map(within) } : within(report);
}

/** Everybody hears of what was forced, also of what is no news otherwise. What goes on alone says so itself. */
function withForce({ request: { operation, raw } }: RunDraft, report: Report, unapproved?: Unapproved): Report {
  if (unapproved?.rule !== 'forced') return report;
  const act = report.announcement ?? `ran “${writeWords(operation, raw)}”`;
  return { ...report, announcement: `${act}; ${unapproved.words}` };
}

/** The report as it can be given: whether the ledger has the outcome is part of the truth. */
async function recorded(
  recorder: Recorder,
  run: Underway,
  outcome: Omit<RunOutcome, 'state'> & { readonly report: Report },
): Promise<Report> {
  const { report } = outcome;
  if (!run.begun) {
    recorder.note(run, { state: 'done', ...outcome });
    return report;
  }
  if (await recorder.settle(run, { state: 'done', ...outcome })) return report;
  const note = 'CapOps’ own record (the ledger) stopped answering before it could note this; the change itself stands.';
  return { ...report, parts: [...(report.parts ?? []), { kind: 'note', text: note }] };
}

/** What was confirmed is no longer what would be done: nothing was, and this is how it stands now. */
async function moved(desk: Desk, run: Underway, { message }: MovedError): Promise<Outcome> {
  if (wasApproved(desk.ports, run.request)) return unsuccessful(desk, run, new UserError(NO_LONGER_APPROVED));
  await desk.recorder.settle(run, { state: 'refused', message });
  const { confirmation: _, receipt: __, deliveryKey: ___, requestKey: ____, seen: _____, ...anew } = run.request;
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
