import type { types } from '@slack/bolt';

/** Control characters, and those that turn the direction of what follows: they have no business in a message. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
const UNSHOWN = /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;

/** At most so many characters, with an ellipsis for what is cut. */
export function clip(text: string, max: number): string {
  const shown = text.replaceAll(UNSHOWN, '');
  return shown.length <= max ? shown : `${shown.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Text that Slack shows as it is: no mentions, no links, no emoji, no markup. */
export function plain(text: string, max: number): types.PlainTextElement {
  return { type: 'plain_text', text: clip(text, max), emoji: false };
}

/** Text for a message's top level, where Slack would read `<…>` as mentions and links. */
export function escaped(text: string): string {
  return clip(text, 3000).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What a person typed, from what a command with `should_escape` and messages hand over. */
export function unescaped(text: string): string {
  return text
    .replaceAll(/<([@#])[A-Z0-9]+(?:\|([^>]*))?>/g, (whole, sign: string, name?: string) =>
      name ? sign + name : whole,
    )
    .replaceAll(/<!(?:subteam\^)?([^>|]+)(?:\|([^>]*))?>/g, (_, name: string, label?: string) => label || `@${name}`)
    .replaceAll(/<((?:https?|mailto|tel):[^>|]*)(?:\|([^>]*))?>/g, (_, link: string, label?: string) => label || link)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** `gives` as `Gives`. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
