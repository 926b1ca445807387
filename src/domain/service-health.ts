import type { DatabaseSight, RedisSight, Sight, SlackSight } from '../ports.ts';
import type { HealthFinding } from './health.ts';
import {
  answered,
  certificateDetails,
  type Judging,
  notConfigured,
  showMs,
  unanswered,
  wrong,
} from './health-finding.ts';

const DATABASES = {
  database: {
    setting: 'DATABASE_URL',
    look: 'Look whether PostgreSQL runs, and at its log (compose service postgres).',
    slow: 'Look at what it is busy with: long statements, locks, its disk.',
  },
  ledger: {
    setting: 'LEDGER_DATABASE_URL',
    look: 'Look whether its PostgreSQL runs. Changes are refused until it does; reading and emergency operations go on.',
    slow: 'Look at what it is busy with: long statements, locks, its disk.',
  },
} as const;

/** The platform's database, or CapOps' own. */
export function judgeDatabase(
  judging: Judging & { service: 'database' | 'ledger' },
  sight: Sight<DatabaseSight>,
): HealthFinding {
  const { slow, ...asked } = DATABASES[judging.service];
  if (!sight.isAnswered) return unanswered(judging, sight, asked);
  const details = [...databaseDetails(sight.facts), ...certificateDetails(sight.certificateEnds, judging.now)];
  return answered(judging, sight, { says: 'Connected', next: slow, details });
}

function databaseDetails(facts: DatabaseSight['facts']): (readonly [string, string])[] {
  if (!facts) return [];
  const { version, connections, mostConnections, standbyLagMs, replicas } = facts;
  const behind = (ms: number | null) => (ms === null ? 'not known how far behind' : `${showMs(ms)} behind`);
  return [
    ['Version', `PostgreSQL ${version}`],
    ['Connections', `${connections} of ${mostConnections}`],
    ...(standbyLagMs === undefined ? [] : [['Replication', `a standby, ${behind(standbyLagMs)}`] as const]),
    ...replicas.map(({ state, lagMs }) => ['Replica', `${state}, ${behind(lagMs)}`] as const),
  ];
}

/** The gateway's cache. */
export function judgeRedis(judging: Judging, sight: Sight<RedisSight> | undefined): HealthFinding {
  const asked = { setting: 'REDIS_URL', look: 'Look whether it runs, and at its log (compose service redis).' };
  if (!sight) return notConfigured('redis', 'Set REDIS_URL where the platform has one.');
  if (!sight.isAnswered) return unanswered(judging, sight, asked);
  const details = [...redisDetails(sight.facts), ...certificateDetails(sight.certificateEnds, judging.now)];
  return answered(judging, sight, { says: 'Connected', next: asked.look, details });
}

const REDIS_FACTS: readonly (readonly [key: string, label: string])[] = [
  ['redis_version', 'Version'],
  ['connected_clients', 'Connections'],
  ['used_memory_human', 'Memory'],
  ['role', 'Role'],
  ['connected_slaves', 'Replicas'],
  ['master_link_status', 'Link to its master'],
];

function redisDetails(facts: RedisSight['facts']): (readonly [string, string])[] {
  return REDIS_FACTS.flatMap(([key, label]) => {
    const value = facts?.[key];
    if (value === undefined) return [];
    const most = key === 'connected_clients' ? facts?.maxclients : undefined;
    return [[label, most === undefined ? value : `${value} of ${most}`] as const];
  });
}

/** Whether Slack takes the bot's token. */
export function judgeSlack(judging: Judging, sight: Sight<SlackSight> | undefined): HealthFinding {
  const look = 'Look at status.slack.com, and whether this machine may reach slack.com. The terminal works meanwhile.';
  if (!sight) return notConfigured('slack', 'Set SLACK_BOT_TOKEN to serve Slack.');
  if (!sight.isAnswered) return unanswered(judging, sight, { setting: 'SLACK_BOT_TOKEN', look });
  const { refusal, workspace } = sight;
  const details = workspace === undefined ? [] : [['Workspace', workspace] as const];
  if (refusal === undefined) return answered(judging, sight, { says: 'Connected', next: look, details });
  if (/^(invalid_auth|not_authed|account_inactive|token_\w+|no_permission|org_login_required)$/.test(refusal)) {
    const next = 'Install the app anew, and check SLACK_BOT_TOKEN.';
    return wrong(judging, sight, { state: 'unhealthy', says: `It refuses the bot’s token (${refusal})`, next });
  }
  const state = refusal === 'status 429' || refusal === 'ratelimited' ? 'degraded' : 'unhealthy';
  return wrong(judging, sight, { state, says: `It answers, but not as it should (${refusal})`, next: look });
}

/** The store of the copies elsewhere. */
export function judgeOffsite(judging: Judging, sight: Sight<object> | undefined): HealthFinding {
  const look = 'Look whether the store answers others, and whether this machine may reach it.';
  if (!sight) return notConfigured('offsite', 'Set S3_BUCKET to keep copies of backups elsewhere.');
  if (!sight.isAnswered) return unanswered(judging, sight, { setting: 'the S3 settings', look });
  return answered(judging, sight, { says: 'Answers', next: look });
}
