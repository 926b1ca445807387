import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../../src/ops/service/operation.ts';
import type { Outcome, Request } from '../../src/ops/service/service.ts';
import { readWords, splitWords } from '../../src/ops/service/words.ts';
import { OMAR, said } from '../ops/desk.ts';
import type { OutageGround } from './ground.ts';
import type { Line } from './lines.ts';
import { OUTAGES, type OutageName } from './outages.ts';

/** The bar: what is said, is said within this time. */
const MOST_MS = 5_000;
/** A defect, which nobody can do anything about. */
const DEFECT = /went wrong inside CapOps/;

/** What a cell came to. */
export interface Found {
  /** Whether it works, and whether it says that something is missing. */
  readonly words: string;
  /** Of the slowest of its answers. */
  readonly ms: number;
  readonly faults: readonly string[];
}

/** Has every operation asked for by a Slack actor during one outage, all at once, those of a chain one after the other. */
export async function play(
  ground: OutageGround,
  name: OutageName,
  lines: Readonly<Record<string, Line>>,
): Promise<Map<string, Found>> {
  const outage = OUTAGES[name];
  const found = new Map<string, Found>();
  const one = async ([operation, line]: [string, Line]) => {
    const words = typed.get(operation) ?? '';
    found.set(
      operation,
      await ask(ground, operation, { line, words, wanted: line.without?.[outage.thing] ?? line.works }),
    );
  };
  const chains = Object.groupBy(Object.entries(lines), ([operation, { chain }]) => chain ?? operation);
  const typed = new Map<string, string>();
  for (const [operation, { words }] of Object.entries(lines))
    typed.set(operation, typeof words === 'string' ? words : await words(ground));
  await outage.begin(ground);
  try {
    await Promise.all(
      Object.values(chains).map(async (chain = []) => {
        for (const line of chain) await one(line);
      }),
    );
    // On a machine that is busy with other tests, all at once may be too much: each once more by itself.
    for (const line of Object.entries(lines)) if (found.get(line[0])?.faults.length !== 0) await one(line);
  } finally {
    await outage.end(ground);
    await recovered(ground);
  }
  return found;
}

/** Both databases serve again, and what was journalled stands in the ledger. */
async function recovered({ service }: OutageGround): Promise<void> {
  const reads = ['orgs', 'schedule'].flatMap((verb) => service.find(verb) ?? []);
  for (let tries = 0; tries < 20; tries++) {
    const outcomes = await Promise.all(reads.map((operation) => service.execute({ operation, actor: OMAR, raw: {} })));
    const isBack = await service.takeUp().then(
      () => true,
      () => false,
    );
    if (isBack && outcomes.every(({ kind }) => kind === 'done')) return;
    await sleep(100);
  }
  throw new Error('the databases did not come back');
}

let deliveries = 0;

async function ask(
  ground: OutageGround,
  name: string,
  { line, words: asked, wanted }: { line: Line; words: string; wanted: RegExp },
): Promise<Found> {
  const [verb = '', ...words] = splitWords(asked);
  const operation = ground.service.find(verb);
  if (operation?.name !== name) return { words: 'no such operation', ms: 0, faults: [`${verb} is not ${name}`] };
  const request = { operation, actor: OMAR, raw: readWords(operation, words) };
  const first = await answer(ground, request);
  const { outcome, ms } = await confirmed(ground, request, first);
  const text = said(outcome);
  const faults = [
    ...(wanted.test(text) ? [] : [`said, instead of ${wanted}: ${text.slice(0, 600)}`]),
    ...(DEFECT.test(text) ? ['called it a defect'] : []),
    ...(ms <= MOST_MS ? [] : [`took ${ms.toFixed(0)} ms`]),
  ];
  const isServed = outcome.kind === 'done' || outcome.kind === 'awaiting';
  const came = wanted === line.works ? 'works' : isServed ? 'works, says so' : 'says so';
  return { words: came, ms, faults };
}

/** As a face does it: a change is stored first. */
async function answer(
  { service }: OutageGround,
  request: Omit<Request, 'receipt'>,
): Promise<{ outcome: Outcome; ms: number }> {
  const begun = performance.now();
  deliveries += 1;
  const delivered = { ...request, deliveryKey: `command:${deliveries}` };
  const isStored = (request.operation as Operation).effect === 'changes';
  const receipt = isStored ? { receipt: await service.receive(delivered) } : {};
  // What is on its way and shows it has been answered.
  let saidAt: number | undefined;
  const progress = () => {
    saidAt ??= performance.now();
  };
  const outcome = await service.execute({ ...delivered, ...receipt, progress });
  return { outcome, ms: (saidAt ?? performance.now()) - begun };
}

async function confirmed(
  ground: OutageGround,
  request: Omit<Request, 'receipt'>,
  first: { outcome: Outcome; ms: number },
): Promise<{ outcome: Outcome; ms: number }> {
  const { outcome } = first;
  if (outcome.kind !== 'preview' || outcome.confirmation === undefined) return first;
  const second = await answer(ground, { ...request, confirmation: outcome.confirmation });
  return { ...second, ms: Math.max(first.ms, second.ms) };
}
