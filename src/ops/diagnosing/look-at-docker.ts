import type { DockerFacts, ServiceLog } from '../../domain/diagnosis-facts.ts';
import { openLogCleaner } from '../../domain/log-text.ts';
import { withoutErrorDetails } from '../../domain/without-error-details.ts';
import { ContainersError } from '../../errors.ts';
import type { ContainerLine, Containers, Ports } from '../../ports.ts';
import { aborted } from '../health/within-limit.ts';

const LINES = 200;
const SILENT = 'Docker does not answer.';

type Near = Pick<Ports, 'openContainers' | 'openSupport' | 'settings'>;

/** The platform’s services as Docker has them, and what they have said last, without secrets. Undefined: not configured. */
export async function lookAtDocker(ports: Near, signal: AbortSignal): Promise<DockerFacts | undefined> {
  const { openContainers, settings } = ports;
  const { compose } = settings;
  if (!openContainers || !compose) return undefined;
  try {
    const containers = await openContainers();
    const [clean, list, ...logs] = await Promise.all([
      cleaner(ports),
      Promise.race([containers.list(signal), aborted(signal)]),
      ...compose.services.map((service) => readLog(containers, service, signal)),
    ]);
    return { isSeen: true, containers: list, logs: logs.map(clean) };
  } catch (error) {
    return { isSeen: false, because: wordsOf(error, signal) };
  }
}

async function readLog(containers: Containers, service: string, signal: AbortSignal): Promise<ServiceLog> {
  const lines: ContainerLine[] = [];
  try {
    const reading = containers.readLog({ service, lines: LINES, signal }, (line) => void lines.push(line));
    await Promise.race([reading, aborted(signal)]);
    return { service, lines: [...lines] };
  } catch (error) {
    // A service without a container has no log; that it has none is told where services are.
    if (error instanceof ContainersError && error.kind === 'gone') return { service, lines: [] };
    return { service, lines: [...lines], because: wordsOf(error, signal) };
  }
}

async function cleaner({ openSupport }: Near): Promise<(log: ServiceLog) => ServiceLog> {
  const desk = await openSupport?.();
  const withoutForeign = (line: string) => withoutErrorDetails(desk?.withoutConfigured(line) ?? line);
  return (log) => {
    const clean = openLogCleaner('', withoutForeign);
    return { ...log, lines: log.lines.map((line) => ({ ...line, text: clean(line.text) ?? '' })) };
  };
}

function wordsOf(error: unknown, signal: AbortSignal): string {
  if (error instanceof ContainersError) return error.message;
  if (signal.aborted) return SILENT;
  throw error;
}
