import { UserError } from '../../errors.ts';
import { argumentsFor } from '../../ops/service/input.ts';
import type { Operation } from '../../ops/service/operation.ts';
import type { OpsService } from '../../ops/service/service.ts';
import type { Ask } from './ask.ts';
import type { Caused } from './origin.ts';
import { readLine } from './read-line.ts';
import { unescaped } from './text.ts';

/** A message as far as it matters here; edits, joins and the like have another subtype, bots a bot's id. */
export interface Written extends Caused {
  readonly type: 'message' | 'app_mention';
  readonly ts: string;
  readonly channel_type?: string;
  readonly subtype?: string;
  readonly bot_id?: string;
  readonly text?: string;
  readonly files?: readonly { readonly id: string; readonly name?: string | null }[];
}

/** What somebody wrote to CapOps: a text is taken as a command line, a file as the form for it, a mention as a call for help. */
export function readMessage(service: OpsService, message: Written): Ask | undefined {
  const { type, subtype, bot_id, user, channel_type, text = '', files = [] } = message;
  if (!user || bot_id) return undefined;
  if (type === 'app_mention') return readLine(service, 'help');
  if (channel_type !== 'im' || (subtype !== undefined && subtype !== 'file_share')) return undefined;
  const ask =
    files.length > 0 ? readFiles(service, files) : readLine(service, unescaped(text).replace(/^\s*\/?capops\b/i, ''));
  return ask.act === 'run' ? { ...ask, deliveryKey: messageKey(message), isSentAgain: true } : ask;
}

/** Slack may tell of one message in two events. */
export function messageKey({ channel, ts }: Written): string {
  return `message:${channel}:${ts}`;
}

function readFiles(service: OpsService, [file, ...others]: NonNullable<Written['files']>): Ask {
  if (others.length > 0) return { act: 'words', error: new UserError('Send one file at a time.') };
  const name = file?.name ?? '';
  const taken = file && fileOperation(service, name);
  if (!taken) {
    const title = `CapOps has no use for “${name}”. It takes CSV files, to import organisations.`;
    return { act: 'words', error: new UserError(title) };
  }
  const { operation, argument } = taken;
  return { act: 'run', operation, raw: { [argument]: file.id }, manner: 'direct' };
}

/** The operation whose form takes such a file. */
function fileOperation(
  { operations }: OpsService,
  name: string,
): { operation: Operation; argument: string } | undefined {
  const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
  for (const operation of operations) {
    const found = argumentsFor(operation, 'slack').find(
      ([, { widget }]) => widget.kind === 'file' && widget.types.includes(extension),
    );
    if (found) return { operation, argument: found[0] };
  }
  return undefined;
}
