import type { ScheduleSlot } from '../../models/schedule-slot.ts';
import type { Ports, ScheduleEntry } from '../../ports.ts';
import type { Announcer } from '../service/announcer.ts';
import type { Operation } from '../service/operation.ts';
import type { OpsService } from '../service/service.ts';

/** What the schedule works with. */
export interface ScheduleDesk {
  readonly ports: Ports;
  readonly service: OpsService;
  readonly announcer: Announcer;
}

/** A claimed slot on its way. */
export interface SlotWork {
  readonly entry: ScheduleEntry;
  readonly operation: Operation;
  readonly slot: ScheduleSlot;
}
