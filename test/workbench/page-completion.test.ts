import { describe, expect, test } from 'vitest';
import { manifestCommands } from '../../workbench/demo/manifest.ts';
import { complete } from '../../workbench/page/completion.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

const commands = [{ command: '/capops', description: 'Everything', hint: 'help | orgs | org LHR | grant LHR work' }];
const people = [
  { handle: 'ada', name: 'Ada Lindqvist' },
  { handle: 'omar', name: 'Omar Haddad' },
];
const texts = (typed: string) => complete(typed, commands, people).suggestions.map(({ text }) => text);

describe('completion', () => {
  test('offers the commands that begin with what was typed', () => {
    expect(texts('/')).toEqual(['/capops ']);
    expect(texts('/cap')).toEqual(['/capops ']);
    expect(texts('/other')).toEqual([]);
  });

  test('offers the verbs of the manifest, with a space where more words follow', () => {
    expect(texts('/capops ')).toEqual(['/capops help', '/capops orgs', '/capops org ', '/capops grant ']);
    expect(texts('/capops OR')).toEqual(['/capops orgs', '/capops org ']);
  });

  test('says how a verb goes on, once it stands there', () => {
    expect(complete('/capops grant ', commands, people)).toEqual({ suggestions: [], hint: 'grant LHR work' });
    expect(complete('/capops grant OSL', commands, people).hint).toBe('grant LHR work');
    expect(complete('/capops nonsense ', commands, people).hint).toBeUndefined();
  });

  test('offers people and the app after an @, in the middle of a sentence too', () => {
    expect(texts('thanks @had')).toEqual(['thanks @omar ']);
    expect(texts('@c')).toEqual(['@capops ']);
    expect(texts('first line\n@a')).toEqual(['first line\n@ada ']);
  });

  test('leaves ordinary words and addresses alone', () => {
    for (const typed of ['', 'hello', 'ada@example.org', 'grant LHR']) expect(texts(typed)).toEqual([]);
  });

  test('knows the verbs that the real manifest hints at', () => {
    const { suggestions } = complete('/capops gr', manifestCommands(PROJECT_ROOT), []);
    expect(suggestions).toEqual([
      { text: '/capops grant ', label: '/capops grant', note: 'for example /capops grant LHR work' },
    ]);
  });
});
