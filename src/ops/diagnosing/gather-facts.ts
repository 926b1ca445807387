import type { DiagnosisFacts } from '../../domain/diagnosis-facts.ts';
import type { Ports } from '../../ports.ts';
import { aborted, withinLimit } from '../health/within-limit.ts';
import { frozenWords } from '../service/frozen.ts';
import { lookAtDocker } from './look-at-docker.ts';

/** All looks begin at once, and each ends after so long: what is asked for in an emergency is answered within 5 s. */
const LIMIT_MS = 3_500;

/** Everything that a diagnosis is made from, seen at once. Works while any of it is down; rejects when the signal aborts. */
export async function gatherFacts(ports: Ports, signal: AbortSignal): Promise<DiagnosisFacts> {
  if (!ports.openExaminer) throw new Error('this process was composed without an examiner');
  const [examiner, probes] = await Promise.all([ports.openExaminer(), ports.openProbes?.()]);
  const within = <T>(look: (own: AbortSignal) => Promise<T>): Promise<T> => withinLimit(LIMIT_MS, signal, look);
  const looks = Promise.all([
    within((own) => examiner.examine('platform', { signal: own, isWhole: true })),
    within((own) => examiner.examine('ledger', { signal: own, isWhole: false })),
    within((own) => lookAtDocker(ports, own)),
    probes && within((own) => probes.disk({ signal: own, isVerbose: false })),
    probes && within((own) => probes.migrations({ signal: own, isVerbose: false })),
    within((own) => frozen(ports, own)),
  ]);
  const [platform, ledger, docker, disk, migrations, frozenSince] = await looks;
  signal.throwIfAborted();
  const { checkout, compose } = ports.settings;
  const around = { now: ports.clock.now(), limitMs: LIMIT_MS, checkout, services: compose?.services ?? [] };
  return { platform, ledger, isOneServer: examiner.isOneServer, docker, disk, migrations, frozen: frozenSince, around };
}

/** Not known while the ledger does not answer, which is told elsewhere. */
async function frozen(ports: Ports, signal: AbortSignal): Promise<string | undefined> {
  return Promise.race([frozenWords(ports), aborted(signal)]).catch(() => undefined);
}
