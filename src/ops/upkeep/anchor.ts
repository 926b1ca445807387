import { showTime } from '../../domain/end-date.ts';
import { type Anchor, AuditAnchor } from '../../models/audit-anchor.ts';
import type { Ports, Settings, Team } from '../../ports.ts';
import { anchorReport, anchorText, auditAnchor } from '../audit-anchor.ts';
import type { Announcer } from '../service/announcer.ts';

/** Whoever takes a message to the audit channel: the bot's announcer, or, in the terminal, that channel's team. */
export type AuditChannel = { readonly announcer: Announcer } | { readonly team: Team };

/** A run behind which the record is anchored: one that a second person let pass, or that was forced. */
export interface DangerousRun {
  readonly id: string;
  /** Its operation's runbook name. */
  readonly operation: string;
}

/**
 * Anchors the record behind a run; to be called once the run's outcome stands in it. True when the audit channel has the
 * anchor. Never rejects, since the run is over: what did not come about is logged, and the next anchor covers this one.
 */
export async function anchorAfter(
  ports: Pick<Ports, 'databases' | 'clock' | 'log' | 'settings'>,
  channel: AuditChannel | undefined,
  run: DangerousRun,
): Promise<boolean> {
  const { databases, clock, log, settings } = ports;
  try {
    const anchor = await AuditAnchor.note(databases.ledger, { anchoredAt: clock.now(), runId: run.id });
    return await say(settings, channel, { anchor, run });
  } catch (error) {
    log.warn({ runId: run.id, operation: run.operation, err: error }, 'the record could not be anchored behind a run');
    return false;
  }
}

async function say(
  settings: Settings,
  channel: AuditChannel | undefined,
  { anchor, run }: { anchor: Anchor; run: DangerousRun },
): Promise<boolean> {
  if (!channel || settings.auditChannel === undefined) return false;
  const behind = `behind ${run.operation}, run ${run.id.slice(0, 8)}`;
  if ('team' in channel) {
    await channel.team.tell(sentence(anchor, settings, behind));
    return true;
  }
  const report = anchorReport(anchor, settings);
  const title = report.title.replace(/\.$/, `, ${behind}.`);
  await channel.announcer.post(settings.auditChannel, { operation: auditAnchor, raw: {} }, { ...report, title });
  return true;
}

function sentence(anchor: Anchor, { environment, timeZone }: Settings, behind: string): string {
  const text = anchorText(anchor);
  const noted = `${environment}, ${showTime(anchor.anchoredAt, timeZone)}`;
  return `Anchor of the record (${noted}), ${behind}: ${text} — to verify it: “audit-verify ${text}”, in the terminal “pnpm ops:audit-verify ${text}”.`;
}
