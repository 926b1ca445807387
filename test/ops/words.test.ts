import { describe, expect, it } from 'vitest';
import { createOrg } from '../../src/ops/create-org.ts';
import { grantModule } from '../../src/ops/grant-module.ts';
import { listOrgs } from '../../src/ops/list-orgs.ts';
import { revokeModule } from '../../src/ops/revoke-module.ts';
import { readWords, splitWords, writeWords } from '../../src/ops/service/words.ts';

const grant = (text: string) => readWords(grantModule, splitWords(text));

describe('splitting what was typed', () => {
  it.each([
    ['LHR work', ['LHR', 'work']],
    ['  LHR \t work  ', ['LHR', 'work']],
    ['name "London Heathrow"', ['name', 'London Heathrow']],
    ['name “London Heathrow”', ['name', 'London Heathrow']],
    ['name ‘London Heathrow’', ['name', 'London Heathrow']],
    ['name="London Heathrow"', ['name=London Heathrow']],
    ["because it's late", ['because', "it's", 'late']],
    ['because it’s late', ['because', 'it’s', 'late']],
    ['LHR work —until 2026-12-31', ['LHR', 'work', '--until', '2026-12-31']],
    ['LHR work –until 2026–12–31', ['LHR', 'work', '--until', '2026-12-31']],
    ['""', ['']],
    ['"never closed', ['"never', 'closed']],
  ])('%s', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});

describe('reading a grant', () => {
  it.each([
    'LHR work,assets until 31 Dec 2026',
    'LHR work, assets until 31 Dec 2026',
    'LHR work assets until 31 Dec 2026',
    'until 31 Dec 2026 LHR work assets',
    'LHR until 31 Dec 2026 work assets',
    '--until "31 Dec 2026" --org LHR --module work,assets',
    'org=LHR module="work,assets" until="31 Dec 2026"',
    'org LHR module work,assets until 31 Dec 2026',
    'LHR modules work,assets until=“31 Dec 2026”',
    '—until “31 Dec 2026” LHR work,assets',
  ])('understands “%s”', (text) => {
    const { org, module, until, ...rest } = grant(text);
    expect({ org, until }).toEqual({ org: 'LHR', until: '31 Dec 2026' });
    expect(String(module).split(/[\s,]+/)).toEqual(['work', 'assets']);
    expect(rest).toEqual({});
  });

  it('takes ORG for the airport that it is, and “org” for the option', () => {
    expect(grant('ORG work')).toEqual({ org: 'ORG', module: 'work' });
    expect(grant('org LHR module work')).toEqual({ org: 'LHR', module: 'work' });
  });

  it('takes a flag with and without dashes', () => {
    expect(grant('LHR work --shorten')).toEqual({ org: 'LHR', module: 'work', shorten: true });
    expect(grant('LHR work shorten')).toEqual({ org: 'LHR', module: 'work', shorten: true });
  });

  it('says which option was probably meant', () => {
    expect(() => grant('LHR work --untill 2026-12-31')).toThrow(
      '“grant” has no option --untill. Did you mean --until?',
    );
  });

  it('refuses an option given twice, and one without its value', () => {
    expect(() => grant('LHR work until 2026-12-31 until 2027-12-31')).toThrow('“until” was given twice.');
    expect(() => grant('LHR work until')).toThrow('No last day of access after “until”: the last day, inclusive');
  });
});

it('takes everything after “because” as the reason', () => {
  const raw = readWords(revokeModule, splitWords('LHR work because the contract until 2025 ended, org and all'));
  expect(raw).toEqual({ org: 'LHR', module: 'work', reason: 'the contract until 2025 ended, org and all' });
});

it('takes bare words of a search as one text', () => {
  expect(readWords(listOrgs, splitWords('san fran'))).toEqual({ search: 'san fran' });
  expect(readWords(listOrgs, splitWords('heath expiring 30'))).toEqual({ search: 'heath', expiring: '30' });
});

it('refuses a word too many and says how the command is typed', () => {
  expect(() => readWords(createOrg, ['LHR'])).toThrow('“LHR” is one word too many. Type it like this: create-org name');
});

it('writes words that read back as the same input', () => {
  const input = { org: 'LHR', module: 'work,assets', until: '2026-12-31', shorten: true };
  const words = writeWords(grantModule, input);
  expect(words).toBe('grant LHR work,assets --until 2026-12-31 --shorten');
  expect(readWords(grantModule, splitWords(words).slice(1))).toEqual(input);
  expect(writeWords(createOrg, { name: 'São "Paulo" GRU', code: 'GRU' })).toBe(
    'create-org --name "São Paulo GRU" --code GRU',
  );
});
