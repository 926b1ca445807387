import { describe, expect, test } from 'vitest';
import { connectionFailure, databaseDown } from '../../src/domain/connection-failure.ts';

const coded = (code: string, message = 'no') => Object.assign(new Error(message), { code });

describe('a database is down', () => {
  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EAI_AGAIN',
    'ENOTFOUND',
    'EHOSTUNREACH',
    '08006',
    '57P01',
    '57P03',
    '53300',
  ])('with the code %s', (code) => expect(connectionFailure(coded(code))?.kind).toBe('down'));

  test.each([
    'timeout expired',
    'Connection terminated unexpectedly',
    'Connection ended unexpectedly',
    'select 1 - two - Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'Knex: Timeout acquiring a connection. The pool is probably full. Are you missing a .transacting(trx) call?',
  ])('with the message “%s”', (message) => expect(connectionFailure(new Error(message))?.kind).toBe('down'));

  test('when that is what caused the error, or one of several', () => {
    expect(databaseDown(new Error('outer', { cause: coded('ECONNREFUSED') }))).toBe(true);
    expect(databaseDown(Object.assign(new Error('wrapped'), { nativeError: coded('57P01') }))).toBe(true);
    expect(databaseDown(new AggregateError([coded('EPERM'), coded('ECONNREFUSED')]))).toBe(true);
  });
});

describe('the settings are wrong', () => {
  test.each([
    '28P01',
    '28000',
    '3D000',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('with the code %s', (code) => expect(connectionFailure(coded(code))?.kind).toBe('settings'));
});

describe('everything else is not about the connection', () => {
  test.each([
    ['a syntax error', coded('42601')],
    ['a statement that took too long', coded('57014')],
    ['a lock that was not given', coded('55P03')],
    ['a broken rule', coded('23505')],
    ['a text that only mentions it', new Error('timeout expired for the import, Connection terminated')],
    ['no error', 'ECONNREFUSED'],
    ['nothing', undefined],
  ])('%s', (_, error) => expect(databaseDown(error)).toBe(false));

  test('an error that causes itself', () => {
    const error = new Error('round');
    error.cause = error;
    expect(databaseDown(error)).toBe(false);
  });
});
