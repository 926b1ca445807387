import { UserError } from '../../errors.ts';
import type { Argument, Operation } from '../../ops/service/operation.ts';
import { needsSecondPerson } from '../../ops/service/second-person.ts';
import type { Request } from '../../ops/service/service.ts';
import type { Settings } from '../../ports.ts';
import { commandLine } from './command-line.ts';
import { hasReason } from './help.ts';
import { askForReason } from './questions.ts';
import { isInteractive, type Terminal } from './terminal.ts';

type Raw = Readonly<Record<string, unknown>>;

interface Asked {
  readonly raw: Raw;
  /** --force and --reason, as they were typed. */
  readonly force: boolean;
  readonly reason: string | undefined;
  readonly dryRun: boolean;
}

/**
 * What lets it go on without a second person, where one is needed and --force was given. Throws UserError where the reason is
 * missing, and for what cannot wait for a second person.
 */
export async function withoutSecondPerson(
  { terminal, settings, operation }: { terminal: Terminal; settings: Settings; operation: Operation },
  { raw, force, reason: typed, dryRun }: Asked,
): Promise<Request['force']> {
  if (typed !== undefined && !force) throw new UserError('--reason belongs to --force. Nothing was changed.');
  if (dryRun || !needsSecondPerson({ settings }, operation)) return undefined;
  if (!force) {
    refuseFile(operation, raw);
    return undefined;
  }
  const given = (hasReason(operation) ? String(raw.reason ?? '') : (typed ?? '')).trim();
  if (given !== '') return { reason: given };
  if (isInteractive(terminal)) return { reason: await askForReason(terminal) };
  throw new UserError(
    `“${operation.verb}” needs a second person. --force goes on without one, and wants to know why; the reason is recorded and posted. Nothing was changed. Type: ${forcedLine(operation, raw)}`,
  );
}

/** Whoever approves it may be at another machine, and so may be what runs it then. */
function refuseFile(operation: Operation, raw: Raw): void {
  const files = Object.entries(operation.args as Record<string, Argument>).filter(
    ([name, { widget, isPath }]) =>
      raw[name] !== undefined && (widget.kind === 'file' || (isPath && isPathLike(raw[name]))),
  );
  if (files.length === 0) return;
  throw new UserError(
    `“${operation.verb}” needs a second person, and what names a file on this machine cannot wait for one. Nothing was changed. Ask for it in Slack, with the file; or go on without a second person: ${forcedLine(operation, raw)}`,
  );
}

/** A word without a dot or a slash names something that others have, too. */
function isPathLike(value: unknown): boolean {
  return typeof value === 'string' && /[./]/.test(value);
}

function forcedLine(operation: Operation, raw: Raw): string {
  return `${commandLine(operation, { ...raw, reason: undefined })} --force --reason 'why'`;
}
