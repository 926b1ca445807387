import type { Run } from '../../models/run.ts';
import type { IncomingFile, Progress } from '../../ports.ts';
import type { Outcome, Request } from './service.ts';

/** Reaches whoever asked for a run from another process than the one that took the request. A face is one. */
export interface Correspondent {
  /** Undefined where the run did not come through this face. */
  about(run: Run, request: Request): Promise<Correspondence | undefined>;
}

/** With one asker, about one run. */
export interface Correspondence {
  readonly openFile: (reference: string) => Promise<IncomingFile>;
  readonly progress: (progress: Progress) => void;
  /** Says how it ended, and tells the team. Rejects when nobody could be told. */
  readonly answer: (outcome: Outcome) => Promise<void>;
  /** Says nothing: another process has the run in hand. Takes back what was shown of it. Never rejects. */
  readonly leave?: () => Promise<void>;
}
