import { describe, expect, it } from 'vitest';
import { airportCodeFault, codesNear } from '../../src/domain/airport-code.ts';
import { nearest, typingErrors } from '../../src/domain/nearest.ts';

describe('typing errors', () => {
  it.each([
    ['grant', 'grant', 0],
    ['grnat', 'grant', 1],
    ['gant', 'grant', 1],
    ['graant', 'grant', 1],
    ['gront', 'grant', 1],
    ['', 'abc', 3],
    ['work', 'assets', 6],
  ])('counts %s for %s as %i', (a, b, errors) => {
    expect(typingErrors(a, b)).toBe(errors);
    expect(typingErrors(b, a)).toBe(errors);
  });

  it('finds the word that was meant, and none where nothing is near', () => {
    const modules = ['assets', 'work', 'capacity', 'planning', 'monitoring'];
    expect(nearest('wrok', modules)).toBe('work');
    expect(nearest('CAPACTIY', modules)).toBe('capacity');
    expect(nearest('plan', modules)).toBe('planning');
    expect(nearest('m', modules)).toBeUndefined();
    expect(nearest('budget', modules)).toBeUndefined();
  });
});

describe('airport codes', () => {
  it('are three capital letters', () => {
    expect(airportCodeFault('LHR')).toBeUndefined();
    for (const code of ['', 'LH', 'LHRX', 'lhr', 'L1R', 'ÅRN', 'LHR '])
      expect(airportCodeFault(code)).toContain('three letters');
  });

  it('have their swapped neighbours first among the near ones', () => {
    expect(codesNear('lrh').slice(0, 2)).toEqual(['RLH', 'LHR']);
    expect(codesNear('LHRR')).toContain('LHR');
    expect(codesNear('LH')).toContain('LHR');
  });
});
