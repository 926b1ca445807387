import { expect, test } from 'vitest';
import { openGround, plantNights } from './backup-ground.ts';
import { ADA, OMAR } from './desk.ts';

test('the form of a restore offers the good backups, the newest first, and finds them by day and id', async () => {
  const ground = await openGround();
  const [old, last] = await plantNights(ground, 2);
  await ground.types(ADA, 'backups');
  const restore = ground.service.find('restore');
  if (!restore || !old || !last) throw new Error('no operation');
  const found = async (typed: string) => (await ground.service.choices(restore, ADA, typed)).map(({ code }) => code);
  const [oldId, lastId] = [old.id.slice(0, 8), last.id.slice(0, 8)];
  expect(await found('')).toEqual([lastId, oldId]);
  expect((await ground.service.choices(restore, ADA, ''))[0]?.name).toMatch(
    /^\d+ \w{3} \d{4}, \d\d:\d\d \w+, 51 B, nightly$/,
  );
  expect(await found(oldId)).toEqual([oldId]);
  expect(await found('nightly 51')).toEqual([lastId, oldId]);
  await ground.ledger(`UPDATE backup_copies SET state = 'bad' WHERE backup_id = '${last.id}'`);
  expect(await found('')).toEqual([oldId]);
  await expect(ground.service.choices(restore, OMAR, '')).rejects.toThrow('needs the role admin');
});
