import type { Ports, RestoreDesk } from '../../ports.ts';

/** What restores are made with. Throws where this process was given nothing for it. */
export async function openRestoreDesk({ openRestores }: Pick<Ports, 'openRestores'>): Promise<RestoreDesk> {
  if (!openRestores) throw new Error('this process was composed without restores');
  return openRestores();
}
