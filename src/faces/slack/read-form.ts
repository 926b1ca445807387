import { createHash } from 'node:crypto';
import type { types, ViewOutput } from '@slack/bolt';
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { argumentsFor } from '../../ops/service/input.ts';
import type { OpsService } from '../../ops/service/service.ts';
import type { Ask } from './ask.ts';
import type { Wish } from './desk.ts';
import { INPUT } from './draw-form.ts';
import { isAsked } from './form.ts';

const metadataSchema = z
  .string()
  .transform((text, ctx): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      ctx.addIssue({ code: 'custom', message: 'is no JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.object({ channel: z.string().optional() }));

type Held = ViewOutput['state']['values'][string][string];

/** The operation that a form or one of its menus belongs to; undefined where this version has none of that name. */
export function formOperation(service: OpsService, callbackId: string): Wish['operation'] | undefined {
  return callbackId.startsWith('form:') ? service.find(callbackId.slice('form:'.length)) : undefined;
}

/** The channel in which the form was asked for; undefined: on the home tab. */
export function formChannel(privateMetadata: string): string | undefined {
  return metadataSchema.safeParse(privateMetadata).data?.channel;
}

/** What a form asks for that was submitted. */
export function readSubmission(service: OpsService, view: ViewOutput): Ask {
  const operation = formOperation(service, view.callback_id);
  if (!operation) {
    return { act: 'words', error: new UserError('This form is from an older version of CapOps. Open it again.') };
  }
  const wish = readForm(operation, view);
  return { act: 'run', ...wish, requestKey: formKey(view, wish), manner: 'form' };
}

/** What was filled in, as raw input. */
function readForm(operation: Wish['operation'], view: ViewOutput): Wish {
  const raw: Record<string, unknown> = {};
  for (const [name, { widget }] of argumentsFor(operation, 'slack')) {
    const held = isAsked(operation, name) ? view.state.values[name]?.[INPUT] : undefined;
    const value = held && heldValue(held, widget.kind === 'flag');
    if (value !== undefined) raw[name] = value;
  }
  return { operation, raw };
}

/** One key for a form and what stands in it: the same submitted twice is one request. */
function formKey(view: ViewOutput, { raw }: Wish): string {
  return `view:${view.id}:${createHash('sha256').update(JSON.stringify(raw)).digest('hex')}`;
}

/** The block of the form's first input: what is wrong with the whole is said there. */
export function firstInput(view: ViewOutput): string | undefined {
  return (view.blocks as types.KnownBlock[]).find(({ type }) => type === 'input')?.block_id;
}

function heldValue(held: Held, isFlag: boolean): unknown {
  if (isFlag) return (held.selected_options ?? []).length > 0 ? true : undefined;
  if (held.selected_options)
    return held.selected_options.length > 0 ? held.selected_options.map(({ value }) => value) : undefined;
  return held.selected_option?.value ?? held.selected_date ?? held.files?.[0]?.id ?? held.value ?? undefined;
}
