import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADA, type Desk, OMAR, openDesk, said, TERMINAL, VERA } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('LHR');
  await desk.types(OMAR, 'grant LHR work');
  await desk.types(TERMINAL, 'org LHR');
  await desk.types(VERA, 'grant LHR work');
  await desk.service.settled();
});
afterAll(() => desk.close());

it('lists who asked for what and how it ended, also by person and by state', async () => {
  const all = said(await desk.types(OMAR, 'runs'));
  for (const words of ['grant-module done', 'show-org done', 'grant-module denied']) expect(all).toContain(words);
  expect(said(await desk.types(OMAR, 'runs @vera'))).not.toContain('show-org');
  expect(said(await desk.types(OMAR, 'runs state denied'))).toContain('Vera');
  expect(said(await desk.types(OMAR, 'runs state lost'))).toContain('The states are received, previewed, awaiting');
});

it('shows one by the first letters of its id, which are the reference too', async () => {
  const granted = await desk.types(OMAR, 'grant LHR assets');
  const shown = said(await desk.types(ADA, `run ${granted.runId.slice(0, 8).toUpperCase()}`));
  expect(shown).toContain('grant-module by Omar: done');
  expect(shown).toContain('now has assets with no end');
  expect(said(await desk.types(ADA, 'run 00000000'))).toContain('There is no run 00000000');
  expect(said(await desk.types(ADA, 'run %'))).toContain('at least its first six letters');
});
