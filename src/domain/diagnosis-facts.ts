import type { ContainerLine, ContainerSight, DatabaseExam, DiskSight, MigrationsSight, Sight } from '../ports.ts';

/** Everything that was seen. */
export interface DiagnosisFacts {
  readonly platform: DatabaseExam;
  /** Undefined: nobody asked, because the platform’s, behind the same address, does not answer. */
  readonly ledger: DatabaseExam | undefined;
  /** Both are behind one address. */
  readonly isOneServer: boolean;
  /** Undefined: Docker is not configured. */
  readonly docker: DockerFacts | undefined;
  /** Of the disk of the backups. Undefined: nobody looked. */
  readonly disk: Sight<DiskSight> | undefined;
  /** Undefined: nobody looked. */
  readonly migrations: Sight<MigrationsSight> | undefined;
  /** Who froze changes, since when and why, in a sentence. */
  readonly frozen: string | undefined;
  readonly around: Around;
}

/** What stands around it, and does not change. */
export interface Around {
  readonly now: Date;
  readonly limitMs: number;
  /** The whole path of the platform’s checkout on this machine. */
  readonly checkout: string | undefined;
  /** Compose’s names of the services that CapOps may look at. */
  readonly services: readonly string[];
}

export type DockerFacts =
  | { readonly isSeen: false; readonly because: string }
  | {
      readonly isSeen: true;
      readonly containers: readonly ContainerSight[];
      /** The last lines of each service. */
      readonly logs: readonly ServiceLog[];
    };

export interface ServiceLog {
  readonly service: string;
  readonly lines: readonly ContainerLine[];
  /** Why there are none. */
  readonly because?: string;
}

const DATABASE_SERVICE = /postgres|^(db|database|pg)$/i;

/** Whether a compose service is the platform’s database, by its name or its image. */
export function isDatabaseService(service: string, containers: readonly ContainerSight[] = []): boolean {
  if (DATABASE_SERVICE.test(service)) return true;
  return containers.some((one) => one.service === service && /(^|\/)(postgres|postgis|timescaledb)\b/.test(one.image));
}

/** A line for a shell, in the platform’s checkout where one is configured. */
export function inCheckout(command: string, { checkout }: Pick<Around, 'checkout'>): string {
  return checkout === undefined ? command : `cd ${quotedForShell(checkout)} && ${command}`;
}

/** One word for a shell, whatever is in it. */
export function quotedForShell(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
