import type { DiagnosisFacts } from '../../domain/diagnosis-facts.ts';
import type { DatabaseExam, Examiner, Ports, Probes } from '../../ports.ts';
import { aborted, withinLimit } from '../health/within-limit.ts';
import { frozenWords } from '../service/frozen.ts';
import { lookAtDocker } from './look-at-docker.ts';

/** All looks together: what is asked for in an emergency is answered within 5 s. */
const LIMIT_MS = 3_500;

/** Everything that a diagnosis is made from. Works while any of it is down; rejects when the signal aborts. */
export async function gatherFacts(ports: Ports, signal: AbortSignal): Promise<DiagnosisFacts> {
  if (!ports.openExaminer) throw new Error('this process was composed without an examiner');
  const [examiner, probes] = await Promise.all([ports.openExaminer(), ports.openProbes?.()]);
  const { isOneServer } = examiner;
  const seen = await withinLimit(LIMIT_MS, signal, async (own) => {
    const [databases, docker, disk] = await Promise.all([
      lookAtDatabases(ports, { examiner, probes, signal: own }),
      lookAtDocker(ports, own),
      probes?.disk({ signal: own, isVerbose: false }),
    ]);
    return { ...databases, docker, disk };
  });
  signal.throwIfAborted();
  const { checkout, compose } = ports.settings;
  const around = { now: ports.clock.now(), limitMs: LIMIT_MS, checkout, services: compose?.services ?? [] };
  return { ...seen, isOneServer, around };
}

interface Looking {
  readonly examiner: Examiner;
  readonly probes: Probes | undefined;
  readonly signal: AbortSignal;
}

/**
 * The platform's comes first: where few connections are left, the others would take them. A server that does not answer is not
 * asked for its other database.
 */
async function lookAtDatabases(
  ports: Ports,
  { examiner, probes, signal }: Looking,
): Promise<Pick<DiagnosisFacts, 'platform' | 'ledger' | 'migrations' | 'frozen'>> {
  const ledgerOf = () => examiner.examine('ledger', { signal, isWhole: false });
  const elsewhere = examiner.isOneServer ? undefined : ledgerOf();
  const platform = await examiner.examine('platform', { signal, isWhole: true });
  const [ledger, migrations, frozen] = await Promise.all([
    elsewhere ?? (isSpeaking(platform) ? ledgerOf() : undefined),
    platform.select?.isAnswered ? probes?.migrations({ signal, isVerbose: false }) : undefined,
    frozenOrNot(ports, signal),
  ]);
  return { platform, ledger, migrations, frozen };
}

/** It has said something, if only that it lets us not in. */
function isSpeaking({ login, refusal }: DatabaseExam): boolean {
  return login?.isAnswered === true || refusal !== undefined;
}

/** Not known while the ledger does not answer, which is told elsewhere. */
async function frozenOrNot(ports: Ports, signal: AbortSignal): Promise<string | undefined> {
  return Promise.race([frozenWords(ports), aborted(signal)]).catch(() => undefined);
}
