import type { ComposeSettings, LogSettings } from '../../ports.ts';
import type { BundlePart, Sources } from './bundle-part.ts';
import { keepLastLines } from './last-lines.ts';

const LINES = 500;
const BACK_MS = 7 * 86_400_000;

/** A part for each service of the compose project, and for each log of a file or another service. */
export function logParts({ context: { settings } }: Sources): BundlePart[] {
  const { compose, logs = [] } = settings;
  const services = compose?.services ?? [];
  const others = logs.filter((log) => !isAmong(log, compose));
  return [...services.map(servicePart), ...others.map(({ name }) => sourcePart(name))];
}

function isAmong(log: LogSettings, compose: ComposeSettings | undefined): boolean {
  if ('file' in log || !compose?.services.includes(log.service)) return false;
  return log.project === undefined || log.project === compose.project;
}

function servicePart(service: string): BundlePart {
  return {
    title: `Log of ${service}`,
    keeps: 'end',
    look: async ({ context: { openContainers } }, signal) => {
      const containers = await openContainers?.();
      if (!containers) return undefined;
      const kept = keepLastLines(LINES);
      await containers.readLog({ service, lines: LINES, signal }, ({ at, text }) =>
        kept.take(`${at.toISOString()} ${text}`),
      );
      return kept.lines.join('\n');
    },
  };
}

function sourcePart(name: string): BundlePart {
  return {
    title: `Log ${name}`,
    keeps: 'end',
    look: async ({ context: { openLogs, clock } }) => {
      const source = (await openLogs?.())?.find((one) => one.name === name);
      if (!source) return undefined;
      const kept = keepLastLines(LINES);
      const now = clock.now();
      await source.read({ since: new Date(now.getTime() - BACK_MS), now, lines: LINES }, kept.take);
      return kept.lines.join('\n');
    },
  };
}
