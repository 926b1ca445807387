/** Why a run ends before it is through: thrown by whatever was stopped, or the reason of its signal. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  readonly by: string;

  /** `by` is a person's name; `soFar` says what stands all the same, and how to go on. */
  constructor(by: string, soFar = 'Nothing was changed.') {
    super(`${by} cancelled this. ${soFar}`);
    this.by = by;
  }
}

/** The process has to end: the run goes back to the queue. */
export class HandedBackError extends Error {
  override readonly name = 'HandedBackError';

  constructor() {
    super('CapOps is being restarted; this goes on afterwards.');
  }
}
