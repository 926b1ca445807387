import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nearest } from '../../../src/domain/nearest.ts';
import { DeniedError, StartError, UnavailableError } from '../../../src/errors.ts';
import { serveTerminal } from '../../../src/faces/terminal/index.ts';
import { type Desk, openDesk, TERMINAL } from '../../ops/desk.ts';
import { keep } from './papers.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  await desk.airports('CDG', 'LHR');
});
afterAll(() => desk.close());

const upkeep = [
  { name: 'db:migrate', summary: 'Migrate', run: async () => ({ tone: 'done', title: 'Migrated.' }) as const },
];

/** Types a line where nobody can be asked. `fault`: what opening the desk fails with. */
async function type(line: string, fault?: Error) {
  const out = keep();
  const messages = keep();
  const open = async () => {
    if (fault) throw fault;
    const settings = { environment: 'test', timeZone: 'UTC', policy: undefined };
    return { service: desk.service, settings, team: undefined, close: async () => undefined };
  };
  const { operations } = desk.service;
  const code = await serveTerminal(
    { version: '1.2.3', operations, nearest, moduleKeys: [], upkeep, open },
    {
      terminal: { stdin: {}, stderr: {}, out, messages, folder: '/' } as never,
      argv: line.split(' ').filter(Boolean),
      actor: TERMINAL,
    },
  );
  return { code, stdout: out.text(), stderr: messages.text() };
}

describe('a command line', () => {
  test.each([
    ['grant LHQ work', 'There is no organisation LHQ. Did you mean LHR'],
    ['grant LHR wrk', '--module: There is no module “wrk”. Did you mean work?'],
    ['grant LHR work until 2024-12-31', '--until: 31 Dec 2024 has already passed'],
    ['grant LHR work --untill 2099-01-01', '“grant” has no option --untill. Did you mean --until?'],
    [
      'grant --module work',
      '--org: No organisation given: the airport’s IATA code, such as LHR. For example: grant LHR work,assets until 2030-12-31 (org: LHR)\n',
    ],
    ['grnt LHR work', 'There is no command “grnt”. Did you mean “grant”?'],
    ['db:migrat', 'There is no command “db:migrat”. Did you mean “db:migrate”?'],
    ['--format json orgs', 'The command comes first'],
    ['orgs --format xml', 'Allowed choices are table, json, csv.'],
    ['grant LHR work --format csv', 'Allowed choices are table, json.'],
    ['grant LHR work --yes', '“grant” has no option --yes'],
  ])('that is wrong is answered with what to mend, and exit code 2: %s', async (line, sentence) => {
    const { code, stdout, stderr } = await type(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  test.each([
    ['--version', '1.2.3'],
    ['db:migrate', '✓ Migrated.'],
    ['help import', '--skip-invalid'],
    ['import --help', '--dry-run'],
    ['help db:migrate', 'pnpm db:migrate'],
    ['orgs --help', '--format table|json|csv'],
    ['grant LHR --help', '--format table|json'],
    ['help help', 'Exit codes'],
  ])('is answered on stdout: %s', async (line, words) => {
    const { code, stdout, stderr } = await type(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(words);
  });

  test('help names every operation, how it is typed and who may', async () => {
    const { stdout } = await type('help');
    const lines = stdout.split('\n');
    for (const { name, example, summary, role } of desk.service.operations) {
      if (name === 'help') continue;
      const line = lines.find((candidate) => candidate.startsWith(`  pnpm ops ${example} `));
      expect(line?.endsWith(`${summary} (${role}).`), name).toBe(true);
    }
  });
});

describe('what ends a command', () => {
  test.each([
    [new StartError('DATABASE_URL is not set.'), 1, '✗ DATABASE_URL is not set.\n'],
    [
      new UnavailableError('the ledger', 'Nothing was changed.', undefined),
      1,
      '✗ The ledger does not answer. Nothing was changed.\n',
    ],
    [new DeniedError('rule', 'You may not.'), 3, '✗ You may not.\n'],
    [Object.assign(new Error('closed'), { name: 'ExitPromptError' }), 130, 'Nothing was changed.\n'],
    [
      new TypeError('x is not a function'),
      1,
      expect.stringContaining('✗ Something went wrong inside CapOps. TypeError: x is not'),
    ],
  ])('has its message and its exit code: %s', async (fault, code, stderr) => {
    expect(await type('orgs', fault)).toEqual({ code, stdout: '', stderr });
  });
});
