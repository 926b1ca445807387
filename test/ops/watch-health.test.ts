import { afterEach, describe, expect, test, vi } from 'vitest';
import type { HealthSettings } from '../../src/ports.ts';
import { openWatchedHealth, type WatchedHealth } from './watched-health.ts';

let ground: WatchedHealth;
afterEach(() => ground.close());

/** A ground with one replica. `minutes` lets it look that often, a minute apart. */
async function watched(health: Partial<HealthSettings> = {}) {
  ground = await openWatchedHealth(health);
  const round = ground.join();
  const minutes = async (count: number, ...rounds: (() => Promise<unknown>)[]) => {
    for (let minute = 0; minute < count; minute++) {
      await ground.later(1);
      await Promise.all((rounds.length > 0 ? rounds : [round]).map((one) => one()));
    }
  };
  return { ...ground, ground, round, minutes };
}

const down = { state: 'unhealthy' } as const;

describe('watching health', () => {
  test('tells once of what two looks in a row found, and amends it with the duration when it is over', async () => {
    const { found, messages, minutes } = await watched();
    await minutes(2);
    found.gateway = down;
    await minutes(1);
    expect(messages).toEqual([]);
    await minutes(10);
    expect(messages.map(({ said, thread }) => [said, thread])).toEqual([
      [['API Gateway is down. Connection refused.'], []],
    ]);
    found.gateway = { state: 'degraded', says: 'Slow' };
    await minutes(3);
    delete found.gateway;
    await minutes(5);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.said.slice(1)).toEqual([
      'API Gateway works, but poorly. Slow.',
      'API Gateway was down for 14 minutes, 12:03–12:17 Europe/London.',
    ]);
    expect(messages[0]?.thread).toEqual([
      '12:15: API Gateway works, but poorly. Slow.',
      '12:17: API Gateway is healthy again, after 14 minutes.',
    ]);
  });

  test('a minute is one replica’s, and nothing is written or told twice', async () => {
    const { found, messages, minutes, ledger, round } = await watched();
    const replicas = [round, ground.join(), ground.join(), ground.join()];
    found.gateway = down;
    await minutes(5, ...replicas, ...replicas);
    delete found.gateway;
    await minutes(3, ...replicas, ...replicas);
    expect(ground.looks).toBe(8);
    expect(await ledger('SELECT count(*)::int AS looks FROM health_checks WHERE service = 2')).toEqual([{ looks: 8 }]);
    expect(await ledger("SELECT unhealthy FROM health_rollups WHERE service = 2 AND span = 'hour'")).toEqual([
      { unhealthy: 5 },
    ]);
    expect(messages.map(({ said, thread }) => [said.length, thread.length])).toEqual([[2, 1]]);
  });

  test('a crash between the message and its note makes it come twice, and loses nothing', async () => {
    const { found, messages, minutes, round } = await watched();
    found.gateway = down;
    await minutes(1);
    await ground.later(1);
    ground.fault = 'behind';
    await expect(round()).rejects.toThrow('gone right behind it');
    await minutes(1, ground.join());
    await minutes(3);
    expect(messages.map(({ title }) => title())).toEqual(Array(2).fill('API Gateway is down. Connection refused.'));
    delete found.gateway;
    await minutes(3);
    expect(messages[1]?.title()).toMatch(/^API Gateway was down for 6 minutes/);
    expect(messages).toHaveLength(2);
  });

  test('while Slack is down nothing is lost: it is told when it is back, in one message where it is over by then', async () => {
    const { found, messages, minutes, round } = await watched();
    ground.fault = 'before';
    Object.assign(found, { gateway: down, frontend: down });
    const failing = async () => void (await round().catch(() => undefined));
    await minutes(3, failing);
    delete found.gateway;
    await minutes(3, failing);
    expect(messages).toEqual([]);
    ground.fault = undefined;
    await minutes(2);
    expect(messages.map(({ title }) => title())).toEqual([
      'API Gateway was down for 3 minutes, 12:01–12:04 Europe/London.',
      'Frontend is down. Connection refused.',
    ]);
  });

  test('who comes late with a round adds to the history, and decides nothing', async () => {
    const { found, minutes, round, ledger } = await watched();
    await minutes(1);
    await ground.later(1);
    const held = Promise.withResolvers<void>();
    ground.hold = held.promise;
    found.gateway = down;
    const late = round();
    await vi.waitFor(() => expect(ground.looks).toBe(2));
    ground.hold = undefined;
    delete found.gateway;
    await minutes(1, ground.join());
    held.resolve();
    await late;
    expect(await ledger("SELECT watched->'gateway'->>'last' AS last FROM health_watch")).toEqual([{ last: 'healthy' }]);
    expect(await ledger('SELECT state FROM health_checks WHERE service = 2 ORDER BY checked_at')).toEqual([
      { state: 1 },
      { state: 3 },
      { state: 1 },
    ]);
  });

  test('a message that somebody has deleted holds up no other, and is given up a day after its end', async () => {
    const { found, messages, minutes, round, ledger } = await watched();
    found.gateway = down;
    await minutes(2);
    ground.deleted.add(0);
    Object.assign(found, { frontend: down, gateway: { state: 'degraded' } });
    const failing = async () => void (await round().catch(() => undefined));
    await minutes(2, failing);
    expect(messages[1]?.title()).toBe('Frontend is down. Connection refused.');
    delete found.gateway;
    await minutes(2, failing);
    const closed = () =>
      ledger("SELECT closed_at IS NOT NULL AS closed FROM health_incidents WHERE service = 'gateway'");
    expect(await closed()).toEqual([{ closed: false }]);
    await ground.later(24 * 60);
    await minutes(1);
    expect(await closed()).toEqual([{ closed: true }]);
  });

  test('says flapping once, and is quiet until it was steady for 15 minutes', async () => {
    const { found, messages, minutes } = await watched();
    const flap = async (times: number) => {
      for (let turn = 0; turn < times; turn++) {
        found.gateway = down;
        await minutes(1);
        delete found.gateway;
        await minutes(1);
      }
    };
    await flap(10);
    expect(messages.map(({ said, thread }) => [said, thread])).toEqual([
      [['API Gateway is flapping: it comes and goes.'], []],
    ]);
    await minutes(14);
    expect(messages[0]?.said).toHaveLength(1);
    await minutes(2);
    expect(messages[0]?.title()).toBe('API Gateway was flapping for 18 minutes, 12:02–12:20 Europe/London.');
    expect(messages[0]?.thread).toEqual(['12:20: API Gateway is healthy again, after 18 minutes.']);
    expect(messages).toHaveLength(1);
  });

  test('leaves what is told elsewhere, and what is a note', async () => {
    const { found, messages, minutes, ledger } = await watched();
    Object.assign(found, { backup: down, gateway: { state: 'note', says: 'Not configured' } });
    await minutes(4);
    expect(messages).toEqual([]);
    expect(await ledger('SELECT DISTINCT service FROM health_checks WHERE service IN (2, 8)')).toEqual([
      { service: 8 },
    ]);
  });

  test('pages for what people use, not for what lies on a database that is down, and says when it is over', async () => {
    const { found, paged, minutes } = await watched();
    found.gateway = down;
    await minutes(2);
    expect(paged.at(-2)).toBe('gateway: API Gateway is down: Connection refused');
    Object.assign(found, { database: down, frontend: down });
    paged.length = 0;
    await minutes(2);
    expect(paged.filter((page) => !page.endsWith('over'))).toEqual([]);
    for (const service of ['database', 'frontend', 'gateway'] as const) delete found[service];
    await minutes(2);
    expect(paged.slice(-2)).toEqual(['gateway over', 'frontend over']);
  });
});

describe('quiet hours', () => {
  const quietHours = { from: '22:00', to: '06:00' };

  test('hold back what works poorly, and tell of it in one message at their end', async () => {
    const { found, messages, minutes } = await watched({ quietHours });
    // The night in which London’s clocks go back: 22:00 is at 21:00Z, 06:00 at 06:00Z.
    await ground.setClocks('2026-10-24T21:00:00Z');
    Object.assign(found, { gateway: { state: 'degraded' }, frontend: { state: 'degraded' } });
    await minutes(3);
    delete found.gateway;
    delete found.frontend;
    await minutes(3);
    await ground.setClocks('2026-10-25T05:58:00Z');
    await minutes(1);
    expect(messages).toEqual([]);
    await minutes(1);
    expect(messages.map(({ said }) => said)).toEqual([['Meanwhile: 2 troubles, over.']]);
    await minutes(2);
    expect(messages).toHaveLength(1);
  });

  test('tell of what is down at once, and of its end when they are over; the message itself is true before', async () => {
    const { found, messages, minutes } = await watched({ quietHours });
    await ground.setClocks('2026-03-28T23:00:00Z');
    found.gateway = down;
    await minutes(3);
    expect(messages[0]?.title()).toBe('API Gateway is down. Connection refused.');
    delete found.gateway;
    await minutes(3);
    expect(messages[0]?.title()).toMatch(/^API Gateway was down for 3 minutes/);
    expect(messages[0]?.thread).toEqual([]);
    // London’s clocks go forward that night: 06:00 is at 05:00Z.
    await ground.setClocks('2026-03-29T05:00:00Z');
    await minutes(1);
    expect(messages[0]?.thread).toEqual(['23:04: API Gateway is healthy again, after 3 minutes.']);
  });

  test('tell of what works poorly still, at their end', async () => {
    const { found, messages, minutes } = await watched({ quietHours });
    await ground.setClocks('2026-11-20T05:55:00Z');
    found.gateway = { state: 'degraded', says: 'Slow' };
    await minutes(4);
    expect(messages).toEqual([]);
    await minutes(1);
    expect(messages.map(({ title }) => title())).toEqual(['API Gateway works, but poorly. Slow.']);
  });
});

describe('a maintenance window', () => {
  const patches = { name: 'patches', cron: '30 12 * * *', forMs: 600_000, services: ['gateway'] };

  test('keeps its services quiet, marks the history, and tells of what is still down behind it', async () => {
    const { found, messages, minutes, ledger } = await watched({ maintenance: [patches] });
    await ground.setClocks('2026-11-20T12:29:00Z');
    Object.assign(found, { gateway: down, frontend: down });
    await minutes(10);
    expect(messages.map(({ title }) => title())).toEqual(['Frontend is down. Connection refused.']);
    await minutes(1);
    expect(messages[1]?.title()).toBe('API Gateway is down, after the maintenance. Connection refused.');
    expect(
      await ledger("SELECT unhealthy, in_maintenance FROM health_rollups WHERE service = 2 AND span = 'hour'"),
    ).toEqual([{ unhealthy: 1, in_maintenance: 10 }]);
  });

  test('that somebody announced keeps everything quiet until its end', async () => {
    const { found, messages, minutes, ledger } = await watched();
    await ledger(
      "INSERT INTO maintenance_windows (id, began, ends, reason, opened_by) VALUES (gen_random_uuid(), clock.now(), clock.now() + interval '10 minutes', 'a test', 'Ada')",
    );
    found.gateway = down;
    await minutes(9);
    expect([messages, ground.paged.filter((page) => !page.endsWith('over'))]).toEqual([[], []]);
    await minutes(1);
    expect(messages.map(({ title }) => title())).toEqual([
      'API Gateway is down, after the maintenance. Connection refused.',
    ]);
  });

  test('says nothing of what was down within it', async () => {
    const { found, messages, minutes, ledger } = await watched({ maintenance: [patches] });
    await ground.setClocks('2026-11-20T12:30:00Z');
    found.gateway = down;
    await minutes(5);
    delete found.gateway;
    await minutes(10);
    expect(messages).toEqual([]);
    expect(await ledger('SELECT count(*)::int AS kept FROM health_incidents WHERE closed_at IS NOT NULL')).toEqual([
      { kept: 1 },
    ]);
  });
});

describe('the ledger’s clock', () => {
  test('may jump forwards and backwards: looking goes on, and one trouble stays one', async () => {
    const { found, messages, minutes, ledger } = await watched();
    found.gateway = down;
    await minutes(3);
    await ground.setClocks('2026-11-20T10:00:00Z');
    await minutes(3);
    await ground.setClocks('2026-11-21T10:00:00Z');
    await minutes(3);
    expect(ground.looks).toBe(9);
    expect(messages.map(({ said }) => said)).toEqual([['API Gateway is down. Connection refused.']]);
    expect(await ledger('SELECT count(*)::int AS looks FROM health_checks WHERE service = 2')).toEqual([{ looks: 9 }]);
    delete found.gateway;
    await minutes(3);
    expect(messages[0]?.title()).toMatch(/^API Gateway was down for/);
  });
});

describe('while the ledger is down', () => {
  test('what falls is told from memory, and goes on in the same message when it is back', async () => {
    const { found, messages, minutes, ledger, proxy } = await watched();
    await minutes(2);
    await proxy.refuse();
    found.ledger = down;
    await minutes(4);
    expect(messages.map(({ said }) => said)).toEqual([['Ledger is down. Connection refused.']]);
    await proxy.pass();
    delete found.ledger;
    await minutes(4);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.title()).toBe('Ledger was down for 4 minutes, 12:03–12:07 Europe/London.');
    expect(messages[0]?.thread).toEqual(['12:07: Ledger is healthy again, after 4 minutes.']);
    expect(await ledger('SELECT service, ended IS NOT NULL AS over FROM health_incidents')).toEqual([
      { service: 'ledger', over: true },
    ]);
    expect(await ledger('SELECT count(*)::int AS looks FROM health_checks WHERE service = 2')).toEqual([{ looks: 6 }]);
  });

  test('what was posted before goes on in its thread, and ends there', async () => {
    const { found, messages, minutes, proxy } = await watched();
    found.gateway = down;
    await minutes(3);
    await proxy.refuse();
    found.gateway = { state: 'degraded', says: 'Slow' };
    await minutes(2);
    delete found.gateway;
    await minutes(2);
    expect(messages.map(({ thread }) => thread.length)).toEqual([2]);
    await proxy.pass();
    await minutes(2);
    expect(messages.map(({ said, thread }) => [said.length, thread.length])).toEqual([[3, 2]]);
    expect(await ground.ledger('SELECT notes_told, closed_at IS NOT NULL AS closed FROM health_incidents')).toEqual([
      { notes_told: 2, closed: true },
    ]);
  });

  test('one of two replicas tells; the other stands in where that one is gone', async () => {
    const { found, messages, minutes, proxy, round } = await watched();
    const other = ground.join();
    await minutes(2, round);
    await other();
    await proxy.refuse();
    found.ledger = down;
    await minutes(3, round, other);
    expect(messages).toHaveLength(1);
    messages.length = 0;
    await minutes(4, other);
    expect(messages.map(({ title }) => title())).toEqual(['Ledger is down. Connection refused.']);
  });

  test('what only one replica cannot reach is over when it can, and what others told goes on in theirs', async () => {
    const { found, messages, minutes, proxy, round } = await watched();
    await minutes(1);
    await proxy.refuse();
    Object.assign(found, { ledger: down, gateway: down });
    await minutes(3, round);
    expect(messages).toHaveLength(2);
    await proxy.pass();
    delete found.ledger;
    const other = ground.join();
    await minutes(3, other);
    await minutes(3, round, other);
    const titles = messages.map(({ title }) => title());
    expect(titles).toHaveLength(3);
    expect(titles.filter((title) => title.startsWith('API Gateway is down'))).toHaveLength(1);
    expect(titles.filter((title) => title.startsWith('Ledger was down'))).toHaveLength(1);
    expect(messages.flatMap(({ thread }) => thread)).toContain(
      'Another CapOps has posted about API Gateway, too. What follows stands in its message.',
    );
  });

  test('a message posted from memory serves the trouble that others could not tell of', async () => {
    const { found, messages, minutes, proxy, round } = await watched();
    await minutes(1);
    await proxy.refuse();
    found.gateway = down;
    await minutes(3, round);
    await proxy.pass();
    ground.fault = 'before';
    const other = ground.join();
    await minutes(3, () => other().catch(() => undefined));
    ground.fault = undefined;
    await minutes(2, round, other);
    delete found.gateway;
    await minutes(2, round, other);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.title()).toMatch(/^API Gateway was down for/);
  });
});
