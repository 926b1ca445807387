import { type Diagnosis, diagnose as judge } from '../domain/diagnosis.ts';
import { drawDiagnosis } from './diagnosing/draw-diagnosis.ts';
import { gatherFacts } from './diagnosing/gather-facts.ts';
import { defineOperation } from './service/operation.ts';

export const diagnose = defineOperation({
  name: 'diagnose',
  verb: 'diagnose',
  summary: 'Find out what is wrong with the database: network, login, connections, locks, disk, rights, migrations',
  role: 'operator',
  effect: 'reads',
  evenWhenDown: true,
  example: 'diagnose',
  args: {},

  run: async (context): Promise<Diagnosis> => judge(await gatherFacts(context, context.signal)),

  report: (diagnosis, { service }) => drawDiagnosis(diagnosis, (operation) => service.find(operation) !== undefined),

  json: ({ isBroken, cause, by, steps }) => ({
    isBroken,
    cause,
    step: by?.name ?? null,
    steps: steps.map(({ rank: _, ...step }, place) => ({ number: place + 1, ...step })),
  }),
});
