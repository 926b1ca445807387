import { afterAll, beforeAll, expect, test } from 'vitest';
import { prismaMigrations } from '../../src/models/support-schema.ts';
import { type Desk, openDesk } from '../ops/desk.ts';
import { openAs } from './open-as.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

test('migrations are read where our user may, and the schemas where it may not are named', async () => {
  const { platform, role } = await openAs(desk, 'LOGIN');
  const table = `_prisma_migrations (migration_name text, started_at timestamptz DEFAULT now(), finished_at timestamptz,
    rolled_back_at timestamptz, applied_steps_count int DEFAULT 1, logs text)`;
  await desk.platform(`CREATE SCHEMA open CREATE TABLE ${table}; CREATE SCHEMA closed CREATE TABLE ${table}`);
  await desk.platform("INSERT INTO open._prisma_migrations (migration_name) VALUES ('20261101_stands')");
  await desk.platform(`GRANT USAGE ON SCHEMA open TO ${role}; GRANT SELECT ON open._prisma_migrations TO ${role}`);
  const { migrations, closed } = await prismaMigrations(platform, 10);
  expect(migrations).toMatchObject([{ schema: 'open', name: '20261101_stands', steps: 1 }]);
  expect(closed).toEqual(['closed', 'public']);
});
