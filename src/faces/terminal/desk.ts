import type { Operation } from '../../ops/service/operation.ts';
import type { Report } from '../../ops/service/report.ts';
import type { OpsService } from '../../ops/service/service.ts';
import type { Settings, Team } from '../../ports.ts';

/** What the commands stand on. Whoever joins the sides makes it; nothing is opened before a command needs it. */
export interface Desk {
  readonly version: string;
  readonly operations: readonly Operation[];
  readonly moduleKeys: readonly string[];
  /** The candidate that was probably meant. */
  readonly nearest: (word: string, candidates: readonly string[]) => string | undefined;
  /** Commands that look after the databases; they need no ops service, and work before there is one. */
  readonly upkeep: readonly Upkeep[];
  open(operation: Operation): Promise<OpenDesk>;
}

export interface OpenDesk {
  readonly service: OpsService;
  readonly settings: Settings;
  /** Hears of changes; undefined where no channel is configured. */
  readonly team: Team | undefined;
  /** When it was looked at and did not answer, by this process’s steady clock. */
  readonly ledgerFoundDownAtMs?: number;
  /** Resolves when everything is recorded and every connection closed. */
  close(): Promise<void>;
}

/** One command that is no operation: `db:migrate`. */
export interface Upkeep {
  readonly name: string;
  readonly summary: string;
  /** `say` is told each step, a sentence each. */
  readonly run: (say: (line: string) => void) => Promise<Report>;
}
