/** A way on: drawn as a button in Slack, as a command line in the terminal. */
export interface Offer {
  readonly label: string;
  /** The operation's name, e.g. `grant-module`. */
  readonly operation: string;
  /** Raw input, as a face would hand it in; at most 2,000 characters as JSON. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly style?: 'primary' | 'danger';
  /** Opens the form with this input filled in, instead of running at once. */
  readonly form?: true;
  /** The message keeps its button: it is answered beside it, and whoever posted it redraws it. */
  readonly leavesMessage?: true;
  /** What it is about, where a report offers the same for several things: shown above those that have it in common. */
  readonly about?: string;
  /** Asked before it runs; the environment's name is put in front. */
  readonly confirm?: string;
}

/** One thing that is wrong with the input, in a full sentence; `argument` says under which field it belongs. */
export interface Problem {
  readonly argument?: string;
  readonly message: string;
}

/** What the asker can mend: what is wrong, what was found, what is allowed, what to type. Nothing was changed. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly problems: readonly Problem[];
  readonly offers: readonly Offer[];

  constructor(problems: string | Problem | readonly Problem[], offers: readonly Offer[] = []) {
    const all = typeof problems === 'string' ? [{ message: problems }] : [problems].flat();
    super(all.map((problem) => problem.message).join('\n'));
    this.problems = all;
    this.offers = offers;
  }
}

/** The policy says no. `rule` is for the record, the message for the asker. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError';
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(message);
    this.rule = rule;
  }
}

/** Something CapOps depends on did not answer. The message is for the asker and holds no address and no secret. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  /** The service's name in a sentence: `the platform's database`. */
  readonly service: string;

  constructor(service: string, consequence: string, cause: unknown) {
    super(`${service[0]?.toUpperCase()}${service.slice(1)} does not answer. ${consequence}`, { cause });
    this.service = service;
  }
}

/** A program that CapOps ran did not end well. The message is for the asker: which one, how it ended, what it said. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  /** `pg_dump`. */
  readonly program: string;

  constructor(program: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.program = program;
  }
}

/** The disk on which a dump by several sessions is laid out has no more room; one session needs none. */
export class LayoutRoomError extends ProgramError {}

/** The start is refused: a wrong setting, a pending migration. The message says which, what was found, what is allowed. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A configured log cannot be read. The message says why, in a sentence without any address. */
export class LogUnreadableError extends Error {
  override readonly name = 'LogUnreadableError';
}

/** A checkout cannot be read. The message says why, in a sentence without any address. */
export class CheckoutError extends Error {
  override readonly name = 'CheckoutError';
}

/** Docker did not do what it was asked. The message is for the asker and holds no address and no secret. */
export class ContainersError extends Error {
  override readonly name = 'ContainersError';
  readonly kind: ContainersFailure;

  constructor(kind: ContainersFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** `down`: it does not answer; `denied`: CapOps may not ask that; `gone`: there is no such container any more. */
export type ContainersFailure = 'down' | 'denied' | 'gone' | 'failed';

/** A storage of backups cannot do what it was asked. The message is for the asker and holds no address and no secret. */
export class StorageError extends Error {
  override readonly name: string = 'StorageError';
  /** As configured: `local`, `offsite`. */
  readonly storage: string;
  readonly kind: StorageFailure;

  constructor(storage: string, kind: StorageFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.storage = storage;
    this.kind = kind;
  }
}

/** `down` may pass by itself; the others wait for a person, `settings` for whoever configures CapOps. */
export type StorageFailure = 'down' | 'full' | 'denied' | 'settings' | 'already there' | 'not there';

/** Something stands under the key, and is never replaced. */
export class AlreadyThereError extends StorageError {
  override readonly name = 'AlreadyThereError';

  constructor(storage: string, key: string) {
    super(storage, 'already there', `The storage ${storage} has ${key} already. Nothing was replaced.`);
  }
}

export class NotThereError extends StorageError {
  override readonly name = 'NotThereError';

  constructor(storage: string, key: string) {
    super(storage, 'not there', `The storage ${storage} has no ${key}.`);
  }
}
