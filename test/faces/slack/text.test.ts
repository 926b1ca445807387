import { describe, expect, it } from 'vitest';
import { clip, unescaped } from '../../../src/faces/slack/text.ts';

describe('text', () => {
  it('is cut at a character, not within one', () => {
    expect(clip('ab😀cd', 4)).toBe('ab…');
    expect(clip('abcd', 4)).toBe('abcd');
  });

  it('loses what turns the direction of the text after it', () => {
    expect(clip('a\u202eb\u2066c\u0007', 10)).toBe('abc');
  });

  it.each([
    ['<@U0ADA|ada> in <#C0OPS|ops>', '@ada in #ops'],
    ['<@U0ADA>', '<@U0ADA>'],
    ['<https://lhr.example|lhr.example> <https://a.example>', 'lhr.example https://a.example'],
    ['<mailto:a@b.example|a@b.example>', 'a@b.example'],
    ['<!channel> <!subteam^S0OPS|@operators>', '@channel @operators'],
    ['Rock &amp; Roll &lt;3 &amp;lt;', 'Rock & Roll <3 &lt;'],
  ])('%s was typed as %s', (escaped, typed) => {
    expect(unescaped(escaped)).toBe(typed);
  });
});
