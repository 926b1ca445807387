import { counted } from '../domain/counted.ts';
import { showTime } from '../domain/end-date.ts';
import { containerWords } from '../domain/service-state.ts';
import { UserError } from '../errors.ts';
import type { ContainerSight } from '../ports.ts';
import * as arg from './service/arguments.ts';
import { type Context, defineOperation, type Preview } from './service/operation.ts';
import { type Restarted, restartService } from './services/restart-service.ts';
import { restartedReport } from './services/restart-words.ts';
import { findService, openServiceDesk, orByHand, type ServiceDesk, serviceName } from './services/service-desk.ts';

export const restart = defineOperation({
  name: 'restart',
  verb: 'restart',
  summary: 'Restart a service of the platform, and see whether it comes back',
  role: 'operator',
  effect: 'changes',
  emergency: true,
  evenWhenDown: true,
  waits: true,
  example: 'restart api-gateway because it answers 502',
  args: {
    service: serviceName,
    reason: {
      ...arg.optional(
        arg.words('Reason', 'why, in a few words; the channel reads it', {
          maxLength: 300,
          example: 'it answers 502',
        }),
      ),
      keyword: 'because',
    },
  },

  resource: ({ settings: { compose } }, { service }) => `service ${compose ? findService(compose, service) : service}`,

  async preview(context, { service: name }): Promise<Preview> {
    const { service, sights, others } = await look(context, name);
    return {
      report: {
        tone: 'info',
        title: `${service} would be restarted.`,
        parts: [
          { kind: 'facts', facts: sights.map((sight) => [sight.name, nowWords(sight, context)]) },
          { kind: 'text', text: affectedWords(service, { sights, others }) },
        ],
      },
      state: sights.map(({ id }) => id),
      confirmLabel: `Restart ${service}`,
    };
  },

  async run(context, { service: name, reason }): Promise<Restarted> {
    const { service, sights, containers } = await look(context, name);
    context.holdTo(sights.map(({ id }) => id));
    return orByHand(`compose restart ${service}`, restartService({ context, containers, service, sights, reason }));
  },

  trace: ({ service, before, containers }) => ({
    subjects: [],
    before: { service, containers: before },
    after: { service, containers: containers.map(({ name, came }) => ({ name, came: came.kind })) },
  }),

  report: (restarted, { clock, settings: { timeZone } }) => restartedReport(restarted, { now: clock.now(), timeZone }),
});

async function look(
  context: Context,
  name: string,
): Promise<Seen & Pick<ServiceDesk, 'containers'> & { service: string }> {
  const byHand = `compose restart ${name}`;
  const { compose, containers } = await openServiceDesk(context, byHand);
  const service = findService(compose, name);
  const all = await orByHand(byHand, containers.list(context.signal));
  const sights = all.filter((sight) => sight.service === service);
  if (sights.length > 0) return { service, sights, containers, others: all };
  throw new UserError(
    `${service} has no container, so there is nothing to restart. In the platform’s folder on its machine, docker compose up -d ${service} makes one.`,
  );
}

interface Seen {
  readonly sights: readonly ContainerSight[];
  readonly others: readonly ContainerSight[];
}

function nowWords(sight: ContainerSight, { clock, settings: { timeZone } }: Context): string {
  const { state, startedAt, restarts } = sight;
  const since = state === 'running' && startedAt ? `, since ${showTime(startedAt, timeZone)}` : '';
  const again = restarts > 0 ? `, ${counted(restarts, 'restart')} by Docker` : '';
  return `${containerWords(sight, clock.now())}${since}${again}`;
}

function affectedWords(service: string, { sights, others }: Seen): string {
  const users = new Set(others.filter(({ dependsOn }) => dependsOn?.includes(service)).map((one) => one.service));
  const needing = users.size > 0 ? ` ${[...users].join(', ')} need it.` : '';
  if (sights.some(({ state }) => state === 'running'))
    return sights.length > 1
      ? `Its ${sights.length} containers are restarted one after the other, each once the one before is back.${needing}`
      : `What it is doing is broken off: it has 10 s to end. Until it is back nobody is served by it.${needing}`;
  return `It serves nobody now.${needing}`;
}
