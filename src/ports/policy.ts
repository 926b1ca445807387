/** What the reviewed file `capops.yml` says about who may do what. */
export interface Policy {
  readonly roles: Readonly<Record<Role, { readonly users: readonly string[]; readonly groups: readonly string[] }>>;
  /** Whether membership of a user group may make somebody an admin. */
  readonly trustUserGroups: boolean;
  /** Undefined: the workspace that the bot's token belongs to. */
  readonly teamId: string | undefined;
  /** Channels in which commands are taken besides direct messages with CapOps. */
  readonly allowedChannels: 'any' | readonly string[];
  /** OS users and what they are; undefined: whoever runs the terminal is admin. */
  readonly osUsers:
    | Readonly<Record<string, { readonly role: Role | undefined; readonly slack: string | undefined }>>
    | undefined;
  /** What runs by itself, and when. */
  readonly schedule: readonly ScheduleEntry[];
  /** Operations, by runbook name, that CapOps runs by itself where they are needed, as `schedule:<name>`. Absent: none. */
  readonly byItself?: readonly string[] | undefined;
  /** Which operations wait for a second person, by runbook name, besides those that always do. Absent: none. */
  readonly approvals?: Readonly<Record<string, ApprovalRule>> | undefined;
}

/** Who lets an operation run that somebody else has asked for. */
export interface ApprovalRule {
  /** Each line is to be met; one person counts for one line. */
  readonly from: readonly ApprovalLine[];
  /** How long a request waits before it expires. */
  readonly waitMs: number;
  /** Who is reminded, once; undefined: nobody. Without `users`: those by user id who are still needed. */
  readonly nudge: { readonly afterMs: number; readonly users: readonly string[] | undefined } | undefined;
  /** The id of the channel in which requests are posted; undefined: the one that hears of changes. */
  readonly channel: string | undefined;
}

/** So many different people out of these users and the members of these groups. */
export interface ApprovalLine {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly count: number;
}

/** One operation that runs by itself. A slot is a moment at which it is due. */
export interface ScheduleEntry {
  readonly name: string;
  /** Five fields. */
  readonly cron: string;
  /** IANA name; the fields are meant in it. */
  readonly timeZone: string;
  /** The operation's runbook name. */
  readonly operation: string;
  /** Raw input, as a face would hand it in. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The id of the channel that gets the report; undefined: it is only recorded. */
  readonly channel: string | undefined;
  /** How late a slot may still be run. */
  readonly catchUpMs: number;
}

export type Role = 'viewer' | 'operator' | 'admin';

/** What stands in the configuration and matters to operations. */
export interface Settings {
  /** The environment's name, e.g. `production`; it stands on every confirmation. */
  readonly environment: string;
  /** IANA name. Days begin and end in it. */
  readonly timeZone: string;
  /** How much one person may ask for from Slack within any 60 s; undefined: as much as they like. */
  readonly requestsPerMinute?: number | undefined;
  /** Undefined when there is no `capops.yml`: Slack is denied, the terminal is admin. */
  readonly policy: Policy | undefined;
  /** The id of the channel that keeps the audit's anchors; absent: none does. */
  readonly auditChannel?: string | undefined;
  /** Absent when there is no `capops.yml`: the defaults hold. */
  readonly backups?: BackupSettings | undefined;
  /** Absent: none. */
  readonly drillChecks?: readonly DrillCheck[] | undefined;
  /** Absent when there is no `capops.yml`: the defaults hold. */
  readonly health?: HealthSettings | undefined;
  /** Absent where access that ends is not looked after. */
  readonly access?: AccessSettings | undefined;
  /** Absent: none. */
  readonly logs?: readonly LogSettings[] | undefined;
  /** What of Docker CapOps may look at and restart; absent: nothing. */
  readonly compose?: ComposeSettings | undefined;
  /** Absent when there is no `capops.yml`: the defaults hold. */
  readonly emergency?: EmergencySettings | undefined;
  /** The whole path of the platform’s checkout on this machine. */
  readonly checkout?: string | undefined;
}

/** Docker compose’s own names. */
export interface ComposeSettings {
  readonly project: string;
  readonly services: readonly string[];
}

export interface EmergencySettings {
  /** How long emergency access waits for a second person before it is given without. */
  readonly waitMs: number;
}

/** A log that is looked through for errors. */
export type LogSettings =
  /** The file's whole path. */
  | { readonly name: string; readonly file: string }
  /** A compose service, and the project where several have such a service. */
  | { readonly name: string; readonly service: string; readonly project?: string | undefined };

export interface AccessSettings {
  /** How many days before its end people are reminded, the most first. */
  readonly remindDaysBefore: readonly number[];
  /** The id of the channel that hears of it; undefined: nobody does. */
  readonly channel: string | undefined;
}

/** How services are judged that are looked at; what is absent has its default. */
export interface HealthSettings extends Partial<HealthLimits> {
  /** By service. */
  readonly checks: Readonly<Record<string, Partial<HealthLimits>>>;
  /** The id of the channel that hears of changes; absent: the one that hears of all. */
  readonly channel?: string | undefined;
  /** When only what is down is told of; absent: never. */
  readonly quietHours?: QuietHours | undefined;
  /** When nobody is told of the services at work on; absent: never. */
  readonly maintenance?: readonly RecurringMaintenance[] | undefined;
}

/** Every day, in the configured zone; over midnight where it ends earlier than it begins. */
export interface QuietHours {
  /** `22:00`. */
  readonly from: string;
  readonly to: string;
}

export interface RecurringMaintenance {
  readonly name: string;
  /** Five fields: when it begins. */
  readonly cron: string;
  readonly forMs: number;
  /** Undefined: all. */
  readonly services: readonly string[] | undefined;
}

interface HealthLimits {
  /** How long a look may take. */
  readonly timeoutMs: number | undefined;
  /** From when on an answer is slow. */
  readonly slowMs: number | undefined;
}

/** What a restored database has to answer. */
export interface DrillCheck {
  readonly name: string;
  /** One statement; its first value has to be true. */
  readonly sql: string;
}

export interface BackupSettings {
  /** Where backups go that nobody sends elsewhere; absent: off site where there is such a place, else to this machine. */
  readonly storage?: 'local' | 'offsite' | 'both' | undefined;
  /** Public keys of age; absent or none: backups are not encrypted. */
  readonly encryptTo?: readonly string[] | undefined;
  readonly retention: RetentionRules;
  /** Databases larger than this are dumped by several sessions at once; absent: 10 GB; infinite: none is. */
  readonly parallelAboveBytes?: number | undefined;
  /** Where those go that stay for the monthly rule alone; absent: they stay where they are. */
  readonly monthly?: { readonly bucket?: string | undefined; readonly storageClass?: string | undefined } | undefined;
}

/** How long backups are kept. */
export interface RetentionRules {
  /** So many days, weeks and months that have a scheduled backup keep their newest. */
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  /** Days that a backup stays which somebody asked for. */
  readonly manualDays: number;
  /** Days that a backup stays which was made before something dangerous. */
  readonly safetyDays: number;
}
