import type { Log } from '../ports.ts';
import { openOutlet } from './outlet.ts';

/** A sign of life for somebody who raises an alarm when it stays away. */
export interface Heartbeat {
  /** Never rejects. */
  beat(): Promise<void>;
  close(): void;
}

export function openHeartbeat(url: string, log: Log): Heartbeat {
  const outlet = openOutlet({ url, name: 'the heartbeat', log });
  return {
    beat: async () => {
      await outlet.send({ method: 'GET' });
    },
    close: outlet.close,
  };
}
