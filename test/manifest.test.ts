import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppsManifestValidateArguments } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OPERATIONS } from '../src/ops/index.ts';

type Manifest = AppsManifestValidateArguments['manifest'];

const root = join(import.meta.dirname, '..');
const written = readFileSync(join(root, 'manifest.yml'), 'utf8');
const manifest: Manifest = parse(written);
const sources = globSync(['src/faces/slack/*.ts', 'src/adapters/slack-*.ts'], { cwd: root });
const code = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');

/** The scopes of each method, from its page in Slack's reference: https://docs.slack.dev/reference/methods */
const SCOPES: Record<string, string[]> = {
  'auth.test': [],
  'chat.delete': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write', 'chat:write.public'],
  'chat.update': ['chat:write'],
  'conversations.open': ['im:write'],
  'files.info': ['files:read'],
  'files.uploadV2': ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};

describe('the manifest', () => {
  it('is what web-api’s type takes, and asks for nothing else', () => {
    const expected: Manifest = {
      _metadata: { major_version: 1 },
      display_information: {
        name: 'CapOps',
        description: 'The operations desk of CapaCity Planner',
        background_color: '#1d3557',
      },
      features: {
        app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
        bot_user: { display_name: 'capops', always_online: true },
        slash_commands: [
          {
            command: '/capops',
            description: 'Organisations and their access to modules',
            usage_hint: 'help | orgs | org LHR | grant LHR work | revoke LHR work | create-org | import',
            should_escape: true,
          },
        ],
      },
      oauth_config: {
        scopes: {
          bot: [
            'app_mentions:read',
            'channels:read',
            'chat:write',
            'chat:write.public',
            'commands',
            'files:read',
            'files:write',
            'groups:read',
            'im:history',
            'im:write',
            'usergroups:read',
            'users:read',
          ],
        },
      },
      settings: {
        event_subscriptions: {
          bot_events: ['app_home_opened', 'app_mention', 'message.im', 'subteam_members_changed', 'subteam_updated'],
        },
        interactivity: { is_enabled: true },
        org_deploy_enabled: false,
        socket_mode_enabled: true,
        token_rotation_enabled: false,
      },
    };
    expect(manifest).toEqual(expected);
  });

  it('becomes the one for HTTP by taking the marks away from its commented lines', () => {
    const http: Manifest = parse(written.replaceAll(/# (?=\w+: https:)/g, ''));
    const url = 'https://capops.example.com/slack/events';
    expect(http.features?.slash_commands?.[0]?.url).toBe(url);
    expect(http.settings?.event_subscriptions?.request_url).toBe(url);
    expect(http.settings?.interactivity).toEqual({ is_enabled: true, request_url: url, message_menu_options_url: url });
  });

  it('asks for the events that have a listener, and for no others', () => {
    const listened = [...code.matchAll(/app\.event\('([\w.]+)'/g)].map(([, name]) =>
      name === 'message' ? 'message.im' : name,
    );
    expect(listened.toSorted()).toEqual(manifest.settings?.event_subscriptions?.bot_events?.toSorted());
  });

  it('asks for the scopes of every method that is called', () => {
    const typed = code.matchAll(/\.((?:chat|conversations|files|views)\.\w+)\(/g);
    const named = code.matchAll(/apiCall\('([\w.]+)'/g);
    const methods = [...new Set([...typed, ...named].map(([, name]) => name ?? ''))].toSorted();
    expect(methods).toEqual(Object.keys(SCOPES));
    expect(manifest.oauth_config?.scopes?.bot).toEqual(expect.arrayContaining(Object.values(SCOPES).flat()));
  });

  it('hints at commands that exist', () => {
    const hints = manifest.features?.slash_commands?.[0]?.usage_hint?.split(' | ') ?? [];
    const verbs: string[] = OPERATIONS.map(({ verb }) => verb);
    expect(hints.length).toBeGreaterThan(3);
    for (const hint of hints) expect(verbs).toContain(hint.split(' ')[0]);
  });
});
