import type { Site } from './site.ts';

/** One way in which a person asks for one change, of the organisation with this code. */
export interface Kind {
  /** Leads to the point where one act asks for the change; what it returns is that act. */
  prepare(site: Site, code: string): Promise<() => Promise<unknown>>;
  /** How the request to Slack by which the asker is answered looks. */
  readonly answer: RegExp;
  /** What the asker reads when it is done, and where. */
  readonly truth: RegExp;
  /** What is there afterwards on the platform, by the code: exactly this often. */
  readonly effects: Readonly<Record<string, string>>;
  /** The operations that are done then, once each. */
  readonly operations: readonly string[];
}

const OPS = 'C0OPS';
const GRANTED = /\(.*Airport\) now has work|the change had been made before: it stands/;
const GRANT = {
  truth: GRANTED,
  effects: {
    'SELECT 1 FROM entitlement.entitlements WHERE organization_id = ?': 'id-',
    'SELECT 1 FROM entitlement.entitlement_audits WHERE organization_id = ?': 'id-',
  },
  operations: ['grant-module'],
} as const;

const command: Kind = {
  ...GRANT,
  answer: /^POST \/response\/.*now has/s,
  prepare: async ({ slack, desk }, code) => {
    await desk.airports(code);
    return () => slack.as('U0OMAR').command(OPS, `/capops grant ${code} work`);
  },
};

const click: Kind = {
  ...GRANT,
  answer: /^POST \/response\/.*now has/s,
  prepare: async ({ slack, desk }, code) => {
    await desk.airports(code);
    const omar = slack.as('U0OMAR');
    // A code with a typing error, for which the right one is offered.
    await omar.command(OPS, `/capops grant ${code.slice(0, 2)}0 work`);
    const offer = await omar.awaitMessage(OPS, ({ blocks }) => JSON.stringify(blocks).includes(`Yes, ${code}`));
    return () => omar.click(offer, `Yes, ${code}`);
  },
};

const form: Kind = {
  ...GRANT,
  answer: /^POST \/api\/chat.postEphemeral.*now%20has/s,
  prepare: async ({ slack, desk }, code) => {
    await desk.airports(code);
    const omar = slack.as('U0OMAR');
    await omar.command(OPS, `/capops grant ${code}`);
    await omar.nextView();
    return () => omar.submit({ module: ['work'] });
  },
};

const message: Kind = {
  ...GRANT,
  answer: /^POST \/api\/chat.postMessage.*channel=U0OMAR.*now%20has/s,
  prepare: async ({ slack, desk }, code) => {
    await desk.airports(code);
    const omar = slack.as('U0OMAR');
    return () => omar.message(omar.direct, `grant ${code} work`);
  },
};

const confirm: Kind = {
  answer: /^POST \/api\/chat.update.*text=Imported/s,
  truth: /Imported 1 organisation|the change had been made before: it stands/,
  effects: {
    'SELECT 1 FROM public.organizations WHERE code = ?': '',
    'SELECT 1 FROM entitlement.entitlement_audits JOIN public.organizations o ON o.id = organization_id WHERE code = ?':
      '',
  },
  operations: ['bulk-import'],
  prepare: async ({ slack }, code) => {
    const omar = slack.as('U0OMAR');
    const content = `name,code,modules\n${code} Airport,${code},work\n`;
    await omar.message(omar.direct, '', [{ name: `${code}.csv`, content }]);
    const preview = await omar.awaitMessage(omar.direct, `${code}.csv would import`);
    return () => omar.click(preview, 'Import 1 organisation');
  },
};

const approve: Kind = {
  answer: /^POST \/response\/.*no longer has/s,
  truth: /no longer has work|the change had been made before: it stands/,
  effects: {
    "SELECT 1 FROM entitlement.entitlements WHERE status = 'suspended' AND organization_id = ?": 'id-',
    'SELECT 1 FROM entitlement.entitlement_audits WHERE organization_id = ?': 'id-',
  },
  operations: ['approve', 'revoke-module'],
  prepare: async ({ slack, desk }, code) => {
    await desk.airports(code);
    await desk.platform(
      `INSERT INTO entitlement.entitlements (id, organization_id, module_key, updated_at) VALUES (gen_random_uuid(), 'id-${code}', 'work', now())`,
    );
    await slack.as('U0OMAR').command(OPS, `/capops revoke ${code} work because of a test`);
    const ada = slack.as('U0ADA');
    const asked = await ada.awaitMessage(
      OPS,
      ({ plain, blocks }) => plain.includes(code) && JSON.stringify(blocks).includes('"Approve"'),
    );
    return () => ada.click(asked, 'Approve');
  },
};

export const KINDS = { command, click, form, message, confirm, approve } as const;
export type KindName = keyof typeof KINDS;
