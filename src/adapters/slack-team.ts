import type { SlackConfig } from '../config.ts';
import type { Team } from '../ports.ts';
import { openSlackWeb } from './slack-web.ts';

/** The team, as it reads one channel. */
export function openSlackTeam({ botToken, apiUrl }: SlackConfig, channel: string): Team {
  const { quick } = openSlackWeb({ botToken, apiUrl });
  return {
    tell: async (sentence, person = channel) => {
      const shown = sentence.slice(0, 2900);
      const blocks = [
        {
          type: 'section',
          block_id: 'announcement',
          text: { type: 'plain_text' as const, text: shown, emoji: false },
        },
      ];
      const text = shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      await quick.chat.postMessage({ channel: person, text, blocks, unfurl_links: false, unfurl_media: false });
    },
  };
}
