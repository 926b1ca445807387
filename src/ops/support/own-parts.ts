import { databaseVersion } from '../../models/support-schema.ts';
import type { BundlePart } from './bundle-part.ts';
import { fenced, tableMarkdown } from './report-markdown.ts';

const COMMITS = 30;

const versions: BundlePart = {
  title: 'Versions',
  keeps: 'beginning',
  look: async ({ context: { databases }, desk }, signal) => {
    const server = async (name: 'platform' | 'ledger') =>
      databaseVersion(databases[name]).catch(() => 'not known: it does not answer');
    const [own, platform, ledger] = await Promise.all([desk.versions(signal), server('platform'), server('ledger')]);
    const rows = [...own, ['PostgreSQL of the platform', platform], ['PostgreSQL of the ledger', ledger]];
    return rows.map(([name, version]) => `- ${name}: ${version}`).join('\n');
  },
};

const settings: BundlePart = {
  title: 'Settings',
  keeps: 'beginning',
  look: async ({ desk }) =>
    tableMarkdown(
      ['Setting', 'Is'],
      desk.settings.map((row) => [...row]),
    ),
};

const policy: BundlePart = {
  title: 'capops.yml',
  keeps: 'beginning',
  look: async ({ desk }) => {
    const file = await desk.policyFile();
    if (!file) return 'There is none: the defaults hold.';
    const note = file.hasChanged ? 'It was changed since this process read it.\n\n' : '';
    return `${note}${fenced(file.text.split('\n'))}`;
  },
};

const commits: BundlePart = {
  title: 'Latest commits of the platform',
  keeps: 'beginning',
  look: async (
    {
      context: {
        settings: { checkout },
      },
      desk,
    },
    signal,
  ) => {
    if (checkout === undefined) return 'No checkout is configured (checkout in capops.yml).';
    return fenced(await desk.commits({ folder: checkout, count: COMMITS, signal }));
  },
};

/** What CapOps is, and was told. */
export const OWN_PARTS: readonly BundlePart[] = [versions, settings, policy, commits];
