import { argumentsFor } from '../../ops/input.ts';
import type { Operation } from '../../ops/operation.ts';
import { sayPrivately } from './answer.ts';
import { runLine } from './command-line.ts';
import type { Asker, Desk } from './desk.ts';
import { drawWords } from './draw-report.ts';
import { run, sayInDirectMessages, tell } from './run-wish.ts';
import { unescaped } from './text.ts';

/** What somebody wrote to CapOps. */
export interface Written {
  readonly text: string;
  readonly files: readonly { readonly id: string; readonly name: string }[];
  readonly requestKey: string;
}

/** A text is taken as a command line, a file as the form for it. */
export async function takeMessage(desk: Desk, asker: Asker, { text, files, requestKey }: Written): Promise<void> {
  if (files.length > 0) return takeFiles(desk, asker, { files, requestKey });
  await runLine(desk, asker, { text: unescaped(text).replace(/^\s*\/?capops\b/i, ''), requestKey });
}

async function takeFiles(desk: Desk, asker: Asker, { files, requestKey }: Omit<Written, 'text'>): Promise<void> {
  const [file, ...others] = files;
  const taken = file && fileOperation(desk, file.name);
  if (!taken || others.length > 0) {
    const title =
      others.length > 0
        ? 'Send one file at a time.'
        : `CapOps has no use for “${file?.name}”. It takes CSV files, to import organisations.`;
    return sayPrivately(desk, asker, drawWords(desk, { title }));
  }
  const wish = { operation: taken.operation, raw: { [taken.argument]: file.id } };
  const outcome = await run(desk, asker, { ...wish, requestKey });
  await tell(desk, asker, { wish, outcome, say: sayInDirectMessages(desk, asker) });
}

/** The operation whose form takes such a file. */
function fileOperation({ service }: Desk, name: string): { operation: Operation; argument: string } | undefined {
  const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
  for (const operation of service.operations) {
    const found = argumentsFor(operation, 'slack').find(
      ([, { widget }]) => widget.kind === 'file' && widget.types.includes(extension),
    );
    if (found) return { operation, argument: found[0] };
  }
  return undefined;
}
