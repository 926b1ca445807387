import type { Diagnosis, Step } from './diagnosis.ts';

/** What explains more stands before what follows from it: whoever is blocked holds connections. */
const ORDER = [
  ...['name', 'port', 'tls', 'login', 'database', 'select'],
  ...[
    'disk',
    'locks',
    'connections',
    'writing',
    'migrations',
    'rights',
    'own migrations',
    'services',
    'logs',
    'ledger',
  ],
];

const NOTHING = 'Nothing wrong was found: the database answers, and nobody waits.';

/** The step that is most likely behind what is wrong, in a sentence. */
export function likelyCause(steps: readonly Step[]): Pick<Diagnosis, 'isBroken' | 'cause' | 'by'> {
  const wrong = first(steps, 'wrong') ?? steps.find(isUnreached);
  if (wrong) return { isBroken: true, cause: wrong.cause ?? `${wrong.label}: ${wrong.says}.`, by: wrong };
  const look = first(
    steps.filter(({ cause }) => cause !== undefined),
    'look',
  );
  if (look) return { isBroken: false, cause: `Nothing is broken. ${look.cause}`, by: look };
  return { isBroken: false, cause: NOTHING, by: undefined };
}

function first(steps: readonly Step[], state: Step['state']): Step | undefined {
  return steps.filter((step) => step.state === state).sort((a, b) => rankOf(a) - rankOf(b))[0];
}

function rankOf({ rank, name }: Step): number {
  return rank ?? 10 + ORDER.indexOf(name);
}

/** The way to the database took all the time there was. */
function isUnreached({ name, state }: Step): boolean {
  return name === 'select' && state === 'skipped';
}
