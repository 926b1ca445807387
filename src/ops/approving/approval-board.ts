import { nudgedPeople, ruleFor } from '../../domain/approval-rule.ts';
import { Approval, type Posted } from '../../models/approval.ts';
import { noteDrawn, undrawnApprovals } from '../../models/approval-drawing.ts';
import type { Ports } from '../../ports.ts';
import type { Announcer, Answered } from '../service/announcer.ts';
import type { Report } from '../service/report.ts';
import type { OpsService } from '../service/service.ts';
import { expireApprovals } from './approval-record.ts';
import { approvalReport } from './approval-report.ts';
import { membersOf, stillNeeded } from './approvers.ts';
import { carryOut } from './carry-out.ts';

export interface Board {
  readonly ports: Ports;
  readonly service: OpsService;
  readonly announcer: Announcer;
  /** Where requests are posted of which capops.yml says nothing else; undefined: to those who may approve, one by one. */
  readonly channel: string | undefined;
}

/** Does what is due about runs that wait for a second person: ends, goes on, reminds, shows. Any replica may, at any time. */
export async function tendApprovals(board: Board): Promise<void> {
  const { ports, service } = board;
  const { ledger } = ports.databases;
  for (const runId of await expireApprovals(ports)) await service.tellEnd(runId);
  for (const runId of await Approval.leftWaiting(ledger)) await carryOut({ ...ports, service }, runId);
  for (const approval of await Approval.dueNudges(ledger)) await remind(board, approval);
  await showApprovals(board);
}

async function remind(board: Board, approval: Approval): Promise<void> {
  const drawn = await draw(board, approval);
  if (!drawn) return;
  for (const person of drawn.reminded) {
    await board.announcer
      .post(person, drawn.wish, drawn.report)
      .catch((error: unknown) =>
        board.ports.log.warn({ err: error, runId: approval.runId }, 'somebody could not be reminded of a request'),
      );
  }
}

/** Shows in Slack what waits for a second person, and what became of it. Any replica may, at any time; one does. */
async function showApprovals(board: Board): Promise<void> {
  const { databases, log } = board.ports;
  for (const approval of await undrawnApprovals(databases.ledger)) {
    await show(board, approval).catch((error: unknown) =>
      log.warn({ err: error, runId: approval.runId }, 'a request for a second person could not be shown'),
    );
  }
}

async function show(board: Board, approval: Approval): Promise<void> {
  const drawn = await draw(board, approval);
  if (!drawn) return;
  const { wish, report, people, channel } = drawn;
  const { announcer, ports } = board;
  if (approval.posted) await announcer.amend(approval.posted, wish, report);
  const posted = approval.posted ?? (await post(board, drawn, channel === undefined ? people : [channel]));
  if (posted) await noteDrawn(ports.databases.ledger, approval, posted);
}

async function post(
  { announcer }: Board,
  { wish, report, people }: Drawn,
  places: readonly string[],
): Promise<Posted | null> {
  let last: Posted | null = null;
  for (const place of places) {
    const isChannel = !people.includes(place);
    last = await announcer.post(place, wish, report, isChannel && report.offers ? people : []);
  }
  return last;
}

interface Drawn {
  readonly wish: Answered;
  readonly report: Report;
  /** Those whom the rule names, without whoever asks. */
  readonly people: readonly string[];
  readonly reminded: readonly string[];
  readonly channel: string | undefined;
}

/** A request with what capops.yml says of it now. Undefined: this version has no such operation. */
async function draw({ ports, service, channel }: Board, approval: Approval): Promise<Drawn | undefined> {
  const { run, askedBy, decisions = [] } = approval;
  const operation = run && service.operations.find(({ name }) => name === run.operation);
  const rule = operation && ruleFor({ ...operation, secondPerson: true }, ports.settings.policy);
  if (!run || !operation || !rule) return undefined;
  const approvers = decisions.filter(({ decision }) => decision === 'approve').map(({ person }) => person);
  const approvals = { rule, askedBy, approvers, members: await membersOf(ports, rule) };
  const needed = await stillNeeded(ports, approvals);
  const people = new Set(rule.from.flatMap(({ users }) => users).filter((user) => user !== askedBy));
  return {
    wish: { operation, raw: run.input as Answered['raw'] },
    report: approvalReport({ approval, run, operation, needed, timeZone: ports.settings.timeZone }),
    people: [...people],
    reminded: nudgedPeople(approvals),
    channel: rule.channel ?? channel,
  };
}
