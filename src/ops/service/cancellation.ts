/** Why a run ends before it is through: thrown by whatever was stopped, or the reason of its signal. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  /** `by` is a person's name. */
  constructor(by: string) {
    super(`${by} cancelled this. Nothing was changed.`);
  }
}

/** The process has to end: the run goes back to the queue. */
export class HandedBackError extends Error {
  override readonly name = 'HandedBackError';

  constructor() {
    super('CapOps is being restarted; this goes on afterwards.');
  }
}
