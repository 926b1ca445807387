import { UserError } from '../../errors.ts';
import type { Ports } from '../../ports.ts';
import { holdTo } from './confirmation.ts';
import type { Context } from './operation.ts';
import type { OpsService } from './service.ts';
import { noteSoFar } from './so-far.ts';
import type { Underway } from './unsuccessful.ts';

interface Desk {
  readonly ports: Ports;
  readonly service: OpsService;
  readonly stopping: AbortSignal;
}

/** What one execution may use. */
export function contextOf({ ports, service, stopping }: Desk, run: Underway): Context {
  const { id, request, startedAt } = run;
  return {
    ...ports,
    service,
    runId: id,
    actor: request.actor,
    operation: request.operation,
    raw: request.raw,
    moment: { now: startedAt, timeZone: ports.settings.timeZone },
    signal: endOf(run, stopping),
    holdTo: (state) => holdTo(request, state),
    seen: request.seen,
    soFar: run.soFar,
    noteSoFar: (soFar) => noteSoFar(ports, run, soFar),
    openFile:
      request.openFile ??
      (() => {
        throw new UserError('This needs a file, and none came with the request.');
      }),
    progress: request.progress ?? (() => undefined),
    print: request.print,
  };
}

/** What asks it to end. A change that waits says what stands before the process ends; what is read is soon through. */
function endOf({ ending, request: { operation, signal } }: Underway, stopping: AbortSignal): AbortSignal {
  const isStopped = operation.waits && operation.effect === 'changes';
  const others = [...(signal ? [signal] : []), ...(isStopped ? [stopping] : [])];
  return others.length > 0 ? AbortSignal.any([ending.signal, ...others]) : ending.signal;
}
