import { describe, expect, test } from 'vitest';
import type { HealthFinding } from '../../src/domain/health.ts';
import type { Incident } from '../../src/domain/health-incident.ts';
import { type Circumstances, goOn, type Known } from '../../src/domain/health-round.ts';
import { type Condition, shownOf, type Watched, watchOn } from '../../src/domain/health-watch.ts';
import { numbers } from './backup-history.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 22, 8);
const STATES: Readonly<Record<string, Condition>> = { h: 'healthy', d: 'degraded', u: 'unhealthy' };

/** One look a minute: `hhuu`; `-` is a minute without. What is shown behind each look, in the same letters, `f` for flapping. */
function shown(looks: string): string {
  let watched: Watched | undefined;
  return [...looks]
    .map((letter, minute) => {
      const state = STATES[letter];
      if (state) watched = watchOn(watched, { atMs: START_MS + minute * MINUTE_MS, state, says: '' });
      return !state || !watched ? '-' : shownOf(watched)[0];
    })
    .join('');
}

describe('what counts', () => {
  test.each([
    ['is what two looks in a row saw', 'huuhh', 'hhuuh'],
    ['is healthy at the beginning', 'uud', 'huu'],
    ['is not changed by one look', 'hhuhhdhh', 'hhhhhhhh'],
    ['goes from bad to worse and back', 'dduuddhh', 'hdduuddh'],
    ['is the milder of two that are not healthy', 'hudududuu', 'hhddddddu'],
    ['bridges a minute or two without a look', 'hu--uu', 'hh--uu'],
    ['begins anew after a longer gap', 'hu----uu', 'hh----hu'],
    ['stays over a gap until two looks say otherwise', 'huu-----hh', 'hhu-----uh'],
    ['is flapping after four changes within 15 minutes', 'uuhhuuhhh', 'huuhhuuff'],
    ['is flapping after six turns that never count', 'huhuhuhh', 'hhhhhhff'],
    ['is not flapping where the turns are rare', 'hhhuhhhhhhhhuhhhhhhhhhu', 'h'.repeat(23)],
    ['is flapping until it was steady for 15 minutes', `huhuhuh${'h'.repeat(16)}`, `hhhhhh${'f'.repeat(15)}hh`],
    ['is steady again as what it is then', `huhuhuh${'u'.repeat(16)}`, `hhhhhh${'f'.repeat(16)}u`],
  ])('%s', (_, looks, expected) => {
    expect(shown(looks)).toBe(expected);
  });

  test('is taken from two looks again where the clock goes back, and is not dated in the future', () => {
    const look = (atMs: number, before?: Watched) => watchOn(before, { atMs, state: 'unhealthy', says: '' });
    const down = look(START_MS + MINUTE_MS, look(START_MS));
    const hourAgo = watchOn(down, { atMs: START_MS - 3_600_000, state: 'healthy', says: '' });
    expect([hourAgo.settled, hourAgo.sinceMs]).toEqual(['unhealthy', START_MS - 3_600_000]);
    const next = watchOn(hourAgo, { atMs: START_MS - 3_540_000, state: 'healthy', says: '' });
    expect(next.settled).toBe('healthy');
  });
});

const HERE: Omit<Circumstances, 'at'> = {
  timeZone: 'Europe/London',
  isQuiet: false,
  windows: [],
  isHeard: true,
  newId: () => `${Math.random()}`,
};

interface Told {
  readonly minute: number;
  readonly incident: Incident;
}

/** Goes through looks at the gateway; every change of an incident. */
function follow(looks: string, says: (minute: number) => string = () => 'Connection refused'): Told[] {
  let known: Known = { watched: {}, open: new Map() };
  return [...looks].flatMap((letter, minute) => {
    const state = STATES[letter] ?? 'note';
    const finding: HealthFinding = { service: 'gateway', label: 'API Gateway', state, says: says(minute) };
    const at = new Date(START_MS + minute * MINUTE_MS);
    const { watched, incidents } = goOn(known, [finding], { ...HERE, at });
    const [incident] = incidents;
    const open = new Map(known.open);
    if (incident?.ended) open.delete('gateway');
    else if (incident) open.set('gateway', incident);
    known = { watched, open };
    return incident ? [{ minute, incident }] : [];
  });
}

const ids = (told: readonly Told[]) => [...new Set(told.map(({ incident: { id } }) => id))];

describe('an incident', () => {
  test('begins with the first of the looks that counted, and ends with the first healthy one', () => {
    const { incident } = follow('hhhuuuuuhh').at(-1) as Told;
    expect(incident.began.toISOString()).toBe('2026-11-22T08:03:00.000Z');
    expect(incident.ended?.toISOString()).toBe('2026-11-22T08:08:00.000Z');
    expect(incident).toMatchObject({ worst: 'unhealthy', checks: 5 });
    expect(incident.notes).toEqual(['08:08: API Gateway is healthy again, after 5 minutes.']);
  });

  test('collects what becomes better, worse, flapping and steady', () => {
    const { incident } = follow(`dduuddhuhuhuh${'u'.repeat(17)}hh`).at(-1) as Told;
    expect(incident.notes.map((note) => note.slice(0, 45))).toEqual([
      '08:03: API Gateway is down. Connection refuse',
      '08:05: API Gateway works, but poorly. Connect',
      '08:11: API Gateway is flapping. Nothing more ',
      '08:28: API Gateway is down. Connection refuse',
      '08:30: API Gateway is healthy again, after 30',
    ]);
  });

  test('tells of another reason once two looks gave it, whatever numbers stand in it', () => {
    const says = (minute: number) =>
      minute < 4 ? `Connection refused (${minute} ms)` : minute === 6 ? 'Odd' : 'Timed out after 3,000 ms';
    const { incident } = follow('huuuuuuuuuu', says).at(-1) as Told;
    expect(incident.notes).toEqual(['08:05: API Gateway now says: Timed out after 3,000 ms.']);
  });

  test('ends where the service is no longer looked at', () => {
    const { incident } = follow('huu.').at(-1) as Told;
    expect(incident.ended).toBeDefined();
    expect(incident.notes).toEqual(['08:03: API Gateway is no longer looked at.']);
  });
});

describe('of any looks', () => {
  const everyHistory = (check: (looks: string, told: readonly Told[], hint: string) => void) => {
    for (let seed = 1; seed <= 400; seed++) {
      const below = numbers(seed);
      const steadiness = 1 + below(12);
      let letter = 'h';
      const looks = Array.from({ length: 10 + below(120) }, () => {
        if (below(steadiness) === 0) letter = 'hdu'[below(3)] ?? 'h';
        return letter;
      }).join('');
      check(looks, follow(looks), `seed ${seed}: ${looks}`);
    }
  };

  test('nothing is told without two looks in a row or six turns', () => {
    everyHistory((looks, told, hint) => {
      const first = told[0];
      if (!first) return;
      const before = looks.slice(0, first.minute + 1);
      const turns = before.match(/h(?=[du])|[du](?=h)/g)?.length ?? 0;
      expect(/[du]{2}$/.test(before) || turns >= 6, hint).toBe(true);
    });
  });

  test('no two incidents are open at once, and each ends at most once, after it began', () => {
    everyHistory((_, told, hint) => {
      for (const id of ids(told)) {
        const own = told.filter(({ incident }) => incident.id === id);
        const ends = own.filter(({ incident }) => incident.ended);
        expect(ends.length, hint).toBeLessThanOrEqual(1);
        if (ends.length === 1) expect(own.at(-1), hint).toBe(ends[0]);
        else expect(id, hint).toBe(ids(told).at(-1));
        const { began, ended } = (own.at(-1) as Told).incident;
        if (ended) expect(ended.getTime(), hint).toBeGreaterThanOrEqual(began.getTime());
      }
    });
  });

  test('what was told stays told: notes only grow, one at a time', () => {
    everyHistory((_, told, hint) => {
      for (const id of ids(told)) {
        let before: readonly string[] = [];
        for (const { incident } of told.filter((one) => one.incident.id === id)) {
          expect(incident.notes.slice(0, before.length), hint).toEqual(before);
          expect(incident.notes.length - before.length, hint).toBeLessThanOrEqual(1);
          before = incident.notes;
        }
      }
    });
  });

  test('after 17 healthy looks nothing is open', () => {
    everyHistory((looks, _, hint) => {
      const told = follow(`${looks}${'h'.repeat(17)}`);
      expect(
        told.every(({ incident: { id } }) => told.some((one) => one.incident.id === id && one.incident.ended)),
        hint,
      ).toBe(true);
    });
  });
});
