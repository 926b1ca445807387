import { expect, test } from 'vitest';
import { StartError } from '../../src/errors.ts';
import { checkApprovals } from '../../src/ops/approving/check-approvals.ts';
import { OPERATIONS } from '../../src/ops/index.ts';
import { POLICY } from './desk.ts';

const RULE = { from: [], waitMs: 1, nudge: undefined, channel: undefined };

const check = (...names: string[]) => {
  const approvals = Object.fromEntries(names.map((name) => [name, RULE]));
  const policy = { ...POLICY, approvals };
  return () => checkApprovals({ environment: 'test', timeZone: 'UTC', policy }, OPERATIONS);
};

test('any operation that changes something may wait for a second person', () => {
  expect(check('revoke-module', 'freeze', 'bulk-import')).not.toThrow();
  expect(check()).not.toThrow();
});

test('the start is refused where a name is wrong, with every one and what was meant', () => {
  expect(check('revoke', 'revoke-modul', 'list-orgs', 'x')).toThrow(StartError);
  expect(check('revoke-modul', 'list-orgs')).toThrow(
    [
      'capops.yml asks for approvals that cannot be given:',
      '- approvals, revoke-modul: there is no operation “revoke-modul” that changes anything. Did you mean revoke-module?',
      '- approvals, list-orgs: it changes nothing, so nobody has to approve it.',
    ].join('\n'),
  );
  expect(check('x')).toThrow('Allowed: create-org, grant-module');
  expect(check('constructor')).toThrow('there is no operation “constructor”');
});

test('the start is refused where somebody is to approve what CapOps does by itself', () => {
  const policy = { ...POLICY, approvals: { 'expire-access': RULE }, byItself: ['expire-access'] };
  const settings = { environment: 'test', timeZone: 'UTC', policy };
  expect(() => checkApprovals(settings, OPERATIONS)).toThrow(
    '- approvals, expire-access: CapOps does it by itself every few minutes, so nobody can be asked each time.',
  );
});
