import { afterEach, beforeEach, expect, it } from 'vitest';
import { durationOf } from '../../src/domain/short-duration.ts';
import { openMaintenance } from '../../src/ops/health/open-maintenance.ts';
import { homeOf } from '../../src/ops/home/home-of.ts';
import type { Ports } from '../../src/ports.ts';
import { type Desk, OMAR, openDesk, POLICY, said, VERA } from './desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const windows = () =>
  desk.ledger(
    'SELECT services, reason, round(extract(epoch FROM ends - began)) AS seconds FROM maintenance_windows ORDER BY began',
  );
const quiet = () => undefined;
const ports = (): Ports => ({
  databases: desk.databases,
  ...{ cache: undefined, directory: undefined },
  clock: { now: () => desk.now },
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  settings: { environment: 'test', timeZone: 'UTC', policy: POLICY },
});
const open = () => openMaintenance(ports());

it('announces work on some services for a while, and says so to the team', async () => {
  const outcome = await desk.types(OMAR, 'maintenance 1h30m gateway and frontend because of the new release');
  expect(outcome.kind === 'done' && outcome.report.announcement).toMatch(
    /^announced maintenance of API Gateway and Frontend until .* UTC, because of the new release$/,
  );
  expect(await windows()).toEqual([
    { services: ['gateway', 'frontend'], reason: 'of the new release', seconds: '5400' },
  ]);
  expect(await open()).toMatchObject([{ services: ['gateway', 'frontend'], by: 'Omar (slack:U0OMAR)' }]);
});

it('covers all services where none is named', async () => {
  await desk.types(OMAR, 'maintenance 5m because the power goes');
  await desk.types(OMAR, 'maintenance 24h all because it goes again');
  expect((await windows()).map(({ services, seconds }) => [services, seconds])).toEqual([
    [null, '300'],
    [null, '86400'],
  ]);
});

it('refuses what is no such time, or no such service, and whoever is no operator', async () => {
  for (const time of ['4m', '25h', 'soon', '30', '-5m', '1x']) {
    const outcome = await desk.types(OMAR, `maintenance ${time} because of a test`);
    expect([outcome.kind, said(outcome)]).toEqual([
      'refused',
      `“${time}” is not a time from 5 minutes to 24 hours. Write it like one of these: 30m, 2h, 1h30m or 1d.`,
    ]);
  }
  const unknown = await desk.types(OMAR, 'maintenance 30m --services mail because of a test');
  expect(said(unknown)).toContain('There is no service “mail”. They are database, gateway');
  expect((await desk.types(VERA, 'maintenance 30m because of a test')).kind).toBe('denied');
  expect(await windows()).toEqual([]);
});

it('ends before its time, and once', async () => {
  await desk.types(OMAR, 'maintenance 30m gateway because of a test');
  const outcome = await desk.types(OMAR, 'end-maintenance');
  expect(said(outcome)).toContain('Ended: maintenance of API Gateway. What is down now is told again.');
  expect(await open()).toEqual([]);
  desk.now = new Date(desk.now.getTime() + 60_000);
  expect(said(await desk.types(OMAR, 'end-maintenance'))).toContain('There is no announced maintenance to end.');
});

it('is over at its time', async () => {
  await desk.types(OMAR, 'maintenance 30m gateway because of a test');
  await desk.ledger('UPDATE maintenance_windows SET ends = now()');
  expect(await open()).toEqual([]);
  expect(said(await desk.types(OMAR, 'end-maintenance'))).toContain('There is no announced maintenance to end.');
});

it('asks which where several hold', async () => {
  await desk.types(OMAR, 'maintenance 30m gateway because of one');
  await desk.types(OMAR, 'maintenance 2h because of another');
  const outcome = await desk.types(OMAR, 'end-maintenance');
  expect(said(outcome)).toMatch(
    /Several hold\. Say which:\n\w{8}: API Gateway until .*, because of one\n\w{8}: all services/,
  );
  const id = outcome.kind === 'refused' ? outcome.error.offers[0]?.input.window : '';
  await desk.types(OMAR, `end-maintenance ${id}`);
  expect(await open()).toMatchObject([{ reason: 'of another' }]);
});

it('a time is read as people type it', () => {
  const read = ['30m', '2h', '1h30m', '1d', '90 minutes', '2 hours', '1 hour 5 mins', ' 5M '].map(durationOf);
  expect(read.map((ms) => (ms ?? 0) / 60_000)).toEqual([30, 120, 90, 1440, 90, 120, 65, 5]);
  expect(['', 'm', '5', '5s', '5mx', 'x5m', '1.5h'].map(durationOf)).toEqual(Array(7).fill(undefined));
});

it('is shown in the home tab while it holds', async () => {
  const shown = async () => {
    const { sections } = await homeOf(ports(), desk.service, VERA);
    return JSON.stringify(sections.find(({ key }) => key === 'health')?.reply.parts);
  };
  expect(await shown()).not.toContain('Maintenance');
  await desk.types(OMAR, 'maintenance 30m gateway because of a test');
  expect(await shown()).toMatch(/Maintenance of API Gateway until .* UTC, announced by Omar .*, because of a test/);
});
