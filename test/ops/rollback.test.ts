import { describe, expect, onTestFinished, test } from 'vitest';
import { openProbes } from '../../src/adapters/probes.ts';
import type { Probes } from '../../src/ports.ts';
import { type HttpService, httpService, json } from '../setup/http-service.ts';
import { OMAR, said } from './desk.ts';
import { PATIENT } from './health-ground.ts';
import { beside, between, codes, confirmed, done } from './restore-ground.ts';

const OK = json({ status: 'ok' });

/** A gateway, and what looks at it alone. */
async function gatewayAlone(): Promise<{ gateway: HttpService; probes: () => Promise<Probes> }> {
  const gateway = await httpService(OK);
  onTestFinished(() => gateway.close());
  const nowhere = 'postgres://127.0.0.1:1/none';
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const config = {
    ...{
      databaseUrl: nowhere,
      ledgerDatabaseUrl: nowhere,
      ledgerIsDerived: true,
      redisUrl: undefined,
      slack: undefined,
    },
    services: { gatewayUrl: gateway.url, frontendUrl: undefined },
    backups: { folder: '/nowhere', offsite: undefined },
  };
  return { gateway, probes: async () => openProbes(config, { log: quiet }) };
}

describe('a rollback', () => {
  test('goes back to the last good backup, as three steps in one', async () => {
    const ground = await between();
    const words = await done(ground, 'rollback');
    expect(words).toMatch(/in test is now backup \w{8}\./);
    expect(await codes(ground)).toEqual(['LHR']);
    const notes = await ground.ledger(`SELECT manifest->>'note' AS note FROM backups WHERE kind = 'safety'`);
    expect(notes).toEqual([{ note: 'pre-rollback' }]);
    expect(await beside(ground)).toEqual(['before']);
  });

  test('goes back to the same backup again, and not to the safety backup of what was wrong', async () => {
    const ground = await between();
    await done(ground, 'rollback');
    ground.now = new Date(ground.now.getTime() + 60_000);
    await ground.airports('SIN');
    await done(ground, 'rollback');
    expect(await codes(ground)).toEqual(['LHR']);
  });

  test('says where there is nothing to go back to, and to whom it is closed', async () => {
    const ground = await between();
    expect(said(await confirmed(ground, 'rollback before 2020-01-01'))).toContain(
      'There is no good backup of platform_',
    );
    expect((await ground.types(OMAR, 'rollback')).kind).toBe('denied');
  });

  test('after which something is worse says so, or is undone by itself where it was told to', async () => {
    const { gateway, probes } = await gatewayAlone();
    const ground = await between({ probes, settings: { health: { ...PATIENT, checks: {} } } });
    const failsAfterOneLook = () => {
      let looks = 0;
      gateway.answer = (request, response) => {
        looks += 1;
        (looks === 1 ? OK : json({ status: 'down' }, 503))(request, response);
      };
    };
    failsAfterOneLook();
    const words = await done(ground, 'rollback');
    expect(words).toContain('Worse than before: API Gateway.');
    expect(await codes(ground)).toEqual(['LHR']);
    await done(ground, 'undo-restore');
    ground.now = new Date(ground.now.getTime() + 60_000);
    failsAfterOneLook();
    expect(await done(ground, 'rollback --auto-undo')).toContain('was worse than before, and is as it was again.');
    expect(await codes(ground)).toEqual(['LHR', 'SIN']);
  });
});
