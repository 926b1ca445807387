import type { Ports } from '../../ports.ts';
import type { Announcer } from '../service/announcer.ts';
import type { OpsService } from '../service/service.ts';

/** Who looks after access that ends and after the access review, and tells of them. */
export interface AccessWatch {
  readonly ports: Ports;
  readonly service: OpsService;
  readonly announcer: Announcer;
  /** Once it aborts nothing new is begun: others go on. */
  readonly stopping?: AbortSignal;
}
