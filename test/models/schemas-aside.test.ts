import { afterAll, beforeAll, expect, test } from 'vitest';
import { findSchemas } from '../../src/models/schemas-aside.ts';
import { type Desk, openDesk } from '../ops/desk.ts';
import { openAs } from './open-as.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

test('schemas of somebody whose rights our user could take, and does not have, may not be renamed', async () => {
  const { platform, role } = await openAs(desk, 'LOGIN NOINHERIT');
  await desk.platform(`CREATE ROLE owner_of_${role}; GRANT owner_of_${role} TO ${role}`);
  await desk.platform(`ALTER SCHEMA entitlement OWNER TO owner_of_${role}`);
  expect((await findSchemas(platform)).obstacles).toContain(
    `The schema entitlement belongs to owner_of_${role}, and may not be renamed.`,
  );
  await expect(platform.raw('ALTER SCHEMA entitlement RENAME TO aside')).rejects.toThrow(/must be owner/);
  await desk.platform(`ALTER SCHEMA entitlement OWNER TO postgres; DROP ROLE owner_of_${role}`);
});
