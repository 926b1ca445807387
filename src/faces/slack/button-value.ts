import { z } from 'zod';
import { argumentsFor } from '../../ops/service/input.ts';
import type { Operation } from '../../ops/service/operation.ts';
import type { OpsService } from '../../ops/service/service.ts';

const LONGEST = 2000;

const valueSchema = z.strictObject({ input: z.record(z.string(), z.unknown()), confirmation: z.string().optional() });

/** What a button carries. */
export type ButtonValue = z.infer<typeof valueSchema>;

/** What a click asks for: to run, to run and leave the message as it is, to run what a preview showed, or to open the form. */
export interface Meant {
  readonly act: 'run' | 'beside' | 'confirm' | 'form';
  readonly operation: Operation;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly confirmation: string | undefined;
}

/** A button's value; undefined when it is longer than Slack takes. */
export function buttonValue(value: {
  input: Readonly<Record<string, unknown>>;
  confirmation?: string;
}): string | undefined {
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : undefined;
}

/** What a button means today: it comes from outside, and may be older than this version. Undefined: nothing any more. */
export function readButton(service: OpsService, actionId: string, value: string | undefined): Meant | undefined {
  const [, act, name = ''] = /^(run|beside|confirm|form):([\w-]+)(?::\d+)?$/.exec(actionId) ?? [];
  const operation = service.find(name);
  const parsed = valueSchema.safeParse(parseJson(value));
  if (!act || !operation || !parsed.success) return undefined;
  const { input: raw, confirmation } = parsed.data;
  const known = argumentsFor(operation, 'slack').map(([argument]) => argument);
  if (!Object.keys(raw).every((argument) => known.includes(argument))) return undefined;
  if ((act === 'confirm') !== (confirmation !== undefined)) return undefined;
  return { act: act as Meant['act'], operation, raw, confirmation };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
