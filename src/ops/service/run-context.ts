import { UserError } from '../../errors.ts';
import type { Ports } from '../../ports.ts';
import { holdTo } from './confirmation.ts';
import type { Context } from './operation.ts';
import type { OpsService } from './service.ts';
import { noteSoFar } from './so-far.ts';
import type { Underway } from './unsuccessful.ts';

/** What one execution may use. */
export function contextOf(ports: Ports, service: OpsService, run: Underway): Context {
  const { id, request, startedAt, ending } = run;
  return {
    ...ports,
    service,
    runId: id,
    actor: request.actor,
    operation: request.operation,
    raw: request.raw,
    moment: { now: startedAt, timeZone: ports.settings.timeZone },
    signal: request.signal ? AbortSignal.any([request.signal, ending.signal]) : ending.signal,
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
