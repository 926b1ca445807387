import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openContainers } from '../../src/adapters/containers.ts';
import { openDatabases } from '../../src/adapters/databases.ts';
import { openExaminer } from '../../src/adapters/examine-database.ts';
import { openJournal } from '../../src/adapters/journal.ts';
import { openProbes } from '../../src/adapters/probes.ts';
import type { DockerHost } from '../../src/config/docker.ts';
import type { Step } from '../../src/domain/diagnosis.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import type { Report } from '../../src/ops/service/report.ts';
import { createService, type OpsService, type Outcome, type Request } from '../../src/ops/service/service.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';
import type { Actor, ComposeSettings, Containers, Settings } from '../../src/ports.ts';
import { OMAR, POLICY, said } from './desk.ts';

interface Addresses {
  readonly platformUrl: string;
  readonly ledgerUrl: string;
}

/** CapOps over two addresses, which may lead nowhere. */
export interface Clinic {
  readonly service: OpsService;
  readonly journalFolder: string;
  types(text: string, more?: Partial<Request> & { actor?: Actor }): Promise<Outcome>;
  /** What `diagnose` finds. */
  diagnose(): Promise<Diagnosed>;
  close(): Promise<void>;
}

export interface Diagnosed {
  readonly cause: string;
  readonly isBroken: boolean;
  readonly report: Report;
  /** By their names: `✗ Refused: …`. */
  readonly lines: Readonly<Record<string, string>>;
  readonly steps: Readonly<Record<string, Step>>;
  readonly ms: number;
}

const quiet = () => undefined;
export const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const MARKS = { ok: '✓', wrong: '✗', look: '!', note: '•', skipped: '–' };

interface ClinicOptions extends Partial<Settings> {
  /** Where Docker is asked for what stands under `compose`. */
  readonly docker?: DockerHost;
}

export function openClinic({ platformUrl, ledgerUrl }: Addresses, { docker, ...settings }: ClinicOptions = {}): Clinic {
  const urls = { databaseUrl: platformUrl, ledgerDatabaseUrl: ledgerUrl };
  const { databases, close } = openDatabases(urls);
  const folder = mkdtempSync(join(tmpdir(), 'capops-clinic-'));
  const services = { gatewayUrl: undefined, frontendUrl: undefined };
  const backups = { folder: join(folder, 'backups'), offsite: undefined };
  const probed = { ...urls, ledgerIsDerived: true, redisUrl: undefined, slack: undefined, services, backups };
  const clock = { now: () => new Date() };
  const service = createService(
    {
      ...{ databases, cache: undefined, directory: undefined, clock, log: LOG },
      settings: { environment: 'test', timeZone: 'UTC', policy: POLICY, ...settings },
      journal: openJournal({ folder: join(folder, 'journal'), clock }),
      openExaminer: async () => openExaminer(urls, LOG),
      openProbes: () => openProbes(probed, { log: LOG }),
      openContainers: docker && settings.compose && dockerAt(settings.compose, docker),
    },
    OPERATIONS,
  );
  const types: Clinic['types'] = async (text, { actor = OMAR, ...more } = {}) => {
    const [verb = '', ...words] = splitWords(text);
    const operation = service.find(verb);
    if (!operation) throw new Error(`no operation ${verb}`);
    return service.execute({ operation, actor, raw: readWords(operation, words), ...more });
  };
  return {
    ...{ service, types, journalFolder: join(folder, 'journal') },
    diagnose: async () => diagnosed(types),
    close: async () => {
      await service.settled();
      await close();
      rmSync(folder, { recursive: true });
    },
  };
}

function dockerAt(compose: ComposeSettings, host: DockerHost): () => Promise<Containers> {
  return async () => openContainers(compose, host);
}

async function diagnosed(types: Clinic['types']): Promise<Diagnosed> {
  const begun = performance.now();
  const outcome = await types('diagnose');
  const ms = performance.now() - begun;
  if (outcome.kind !== 'done') throw new Error(said(outcome));
  const { cause, isBroken, steps } = outcome.data as { cause: string; isBroken: boolean; steps: Step[] };
  const lines = steps.map(({ name, state, says }) => [
    name,
    `${MARKS[state]} ${says.replaceAll(/[\d,]+ ms/g, 'N ms')}`,
  ]);
  const named = steps.map((step) => [step.name, step]);
  return {
    cause,
    isBroken,
    report: outcome.report,
    lines: Object.fromEntries(lines),
    steps: Object.fromEntries(named),
    ms,
  };
}

/** A session of somebody else’s. What it is told to do at the end of `sql` may take for ever. */
export async function openSession(
  url: string,
  application: string,
): Promise<{ client: Client; pid: number; end(): void }> {
  const client = new Client({ connectionString: url, application_name: application });
  client.on('error', quiet);
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  return { client, pid: rows[0].pid, end: () => client.connection.stream.destroy() };
}
