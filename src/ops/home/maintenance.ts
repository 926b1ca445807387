import { counted } from '../../domain/counted.ts';
import { maintenanceParts } from '../health/maintenance-words.ts';
import { openMaintenance } from '../health/open-maintenance.ts';
import type { HomeSubject } from './home-section.ts';

/** Work that somebody announced; shown only while it holds. */
export const maintenance: HomeSubject = {
  key: 'maintenance',
  name: 'Maintenance',
  source: 'ledger',
  operation: 'health-check',
  async look(viewer) {
    const windows = await openMaintenance(viewer);
    if (windows.length === 0) return undefined;
    const ends = windows.flatMap(({ id }) => (id === undefined ? [] : [id]));
    return {
      tone: 'attention',
      title:
        windows.length === 1 ? 'There is maintenance.' : `There are ${counted(windows.length, 'maintenance window')}.`,
      parts: maintenanceParts(windows, viewer.settings.timeZone),
      offers: ends.slice(0, 3).map((id) => ({
        label: ends.length === 1 ? 'End it' : `End ${id.slice(0, 8)}`,
        operation: 'end-maintenance',
        input: { window: id },
      })),
    };
  },
};
