import { showBytes } from '../../domain/bytes.ts';
import { counted } from '../../domain/counted.ts';
import { readOr } from '../../domain/database-facts.ts';
import type { Finding, Severity } from '../../domain/database-finding.ts';
import type { Moment } from '../../domain/moment.ts';
import type { DatabaseReport } from '../db-report.ts';
import type { Part, Reply, Report } from '../service/report.ts';
import { largestTables, sizeReply } from './size-reply.ts';
import { statementReplies } from './statement-replies.ts';

/** Urgent ones are all told; of what is only to be looked at, the first. */
const LOOKS_SHOWN = 10;
const LACKS_RIGHT = 'CapOps’ user sees only its own connections and statements. For others’, let an administrator run:';
const LEADS: Readonly<Record<Severity, string>> = { act: 'Act now: ', look: 'Look at it: ', fine: '' };

/** The report: what matters first, everything behind it in the thread. */
export function databaseReport(data: DatabaseReport, moment: Moment): Report {
  const { facts, findings } = data;
  const urgent = of(findings, 'act');
  const rest = of(findings, 'look');
  const overview = readOr(facts.overview, undefined);
  const size = overview ? `The database ${overview.database} is ${showBytes(overview.bytes)}` : 'The database answers';
  const unread = Object.values(facts).flatMap((read) => ('unread' in read ? [read.unread] : []));
  const notes = overview?.lacksRight ? [...unread, `${LACKS_RIGHT} ${overview.lacksRight}`] : unread;
  return {
    tone: urgent.length > 0 || unread.length > 1 ? 'attention' : 'info',
    title: `${size}; ${verdict(urgent.length, rest.length)}.`,
    parts: [
      ...findingsPart([...urgent, ...rest.slice(0, LOOKS_SHOWN)]),
      ...notes.map((text): Part => ({ kind: 'note', text })),
      ...largestTables(data),
    ],
    thread: [
      ...moreFindings(rest.slice(LOOKS_SHOWN)),
      ...sizeReply(data, moment),
      ...statementReplies(facts.statements, moment),
      fineReply(of(findings, 'fine')),
    ],
  };
}

function of(findings: readonly Finding[], severity: Severity): Finding[] {
  return findings.filter((finding) => finding.severity === severity);
}

function verdict(acts: number, looks: number): string {
  const act = acts > 0 ? `${counted(acts, 'thing')} to act on` : undefined;
  const look = looks > 0 ? `${counted(looks, 'thing')} to look at` : undefined;
  if (!act && !look) return 'nothing needs you';
  return act ? [act, look].filter(Boolean).join(', ') : `nothing to act on, ${look}`;
}

function findingsPart(findings: readonly Finding[]): Part[] {
  if (findings.length === 0) return [];
  const isRunByNobody =
    'Nothing was changed. The statements are for whoever knows the database; CapOps runs none of them.';
  return [
    { kind: 'list', items: findings.map(words) },
    { kind: 'note', text: isRunByNobody },
  ];
}

function words({ severity, what, why, statement }: Finding): string {
  return `${LEADS[severity]}${what} ${why}${statement ? ` What would help: ${statement}` : ''}`;
}

function moreFindings(findings: readonly Finding[]): Reply[] {
  if (findings.length === 0) return [];
  const title = `${counted(findings.length, 'more thing')} to look at`;
  return [{ tone: 'info', title, parts: [{ kind: 'list', items: findings.map(words) }] }];
}

function fineReply(findings: readonly Finding[]): Reply {
  const items = findings.map(({ what }) => what);
  if (items.length === 0) return { tone: 'info', title: 'Nothing of what was looked at is as it should be.' };
  return { tone: 'info', title: 'What is as it should be', parts: [{ kind: 'list', items }] };
}
