import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readPolicyFile } from '../../src/config/policy-file.ts';
import { keysAt } from '../../src/config/policy-schema.ts';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

const EXAMPLE = join(PROJECT_ROOT, 'capops.example.yml');

test('capops.example.yml is taken as it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capops-example-'));
  writeFileSync(join(folder, 'capops.yml'), readFileSync(EXAMPLE), { mode: 0o600 });
  expect(readPolicyFile(folder, undefined)).toMatchObject({
    faults: [],
    value: { settings: { environment: 'production' } },
  });
});

test('capops.example.yml has every key that there is', () => {
  const example: unknown = parse(readFileSync(EXAMPLE, 'utf8'));
  const places: PropertyKey[][] = [
    [],
    ['slack'],
    ['roles'],
    ['roles', 'viewer'],
    ['roles', 'operator'],
    ['roles', 'admin'],
    ['terminal'],
    ['terminal', 'users', 'ada'],
    ['approvals', 'revoke-module'],
    ['approvals', 'revoke-module', 'from', 0],
    ['approvals', 'revoke-module', 'nudge'],
    ['schedule', 0],
    ['backups'],
    ['backups', 'retention'],
    ['backups', 'monthly'],
    ['health'],
    ['health', 'checks'],
    ['health', 'checks', 'database'],
    ['health', 'quiet_hours'],
    ['health', 'maintenance', 0],
    ['access'],
  ];
  for (const place of places) {
    const there = place.reduce((value, key) => (value as Record<PropertyKey, unknown>)[key], example);
    expect(keysAt(place).length).toBeGreaterThan(0);
    expect(Object.keys(there as object), place.join('.')).toEqual(keysAt(place));
  }
});
