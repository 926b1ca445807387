import type { types } from '@slack/bolt';
import { argumentsFor } from '../../ops/service/input.ts';
import type { Argument, Operation } from '../../ops/service/operation.ts';
import { needsSecondPerson } from '../../ops/service/second-person.ts';
import type { Desk } from './desk.ts';
import { isAsked } from './form.ts';
import { clip, plain, sentence } from './text.ts';

/** What a form starts with, by argument: a text or day, module keys, an organisation or a backup, a tick. */
export type Filled = Readonly<
  Record<string, string | boolean | readonly string[] | { readonly code: string; readonly name: string }>
>;

/** Every input has this action id; its block id is the argument's name. */
export const INPUT = 'value';

const TITLE = 24;
const OPTION = 75;
/** So many a menu takes. */
const OPTIONS = 100;

/** An operation's form, from its arguments. */
export function drawForm(
  desk: Desk,
  operation: Operation,
  { filled, channelId }: { filled: Filled; channelId: string | undefined },
): types.ModalView {
  const asked = argumentsFor(operation, 'slack').filter(([name]) => isAsked(operation, name));
  return {
    type: 'modal',
    callback_id: `form:${operation.name}`,
    private_metadata: JSON.stringify({ channel: channelId }),
    title: plain(titleOf(operation), TITLE),
    submit: plain(submitWords(desk, operation), TITLE),
    close: plain('Cancel', TITLE),
    blocks: [
      { type: 'section', block_id: 'about', text: plain(`${operation.summary}.`, 3000) },
      ...asked.map(([name, argument]) => input(desk, { name, argument, filled: filled[name] })),
      {
        type: 'context',
        block_id: 'environment',
        elements: [plain(`Environment: ${desk.ports.settings.environment}`, 200)],
      },
    ],
  };
}

/** What the button comes to: not more than it does. */
function submitWords({ ports }: Desk, operation: Operation): string {
  if (operation.preview && operation.previewFor !== 'second person') return 'Preview';
  if (needsSecondPerson(ports, operation)) return 'Ask for approval';
  return sentence(operation.verb.replaceAll('-', ' '));
}

/** `Grant module` of `grant-module`. */
export function titleOf({ name }: Operation): string {
  return sentence(name.replaceAll('-', ' '));
}

interface Field {
  readonly name: string;
  readonly argument: Argument;
  readonly filled: Filled[string] | undefined;
}

function input(desk: Desk, field: Field): types.InputBlock {
  const { name, argument } = field;
  const hint = hintFor(desk, argument);
  return {
    type: 'input',
    block_id: name,
    label: plain(argument.label, 2000),
    optional: !argument.required,
    element: element(desk, field),
    ...(hint ? { hint: plain(hint, 2000) } : {}),
  };
}

/** What somebody has to know to fill it in; pickers and ticks say it themselves. */
function hintFor({ ports }: Desk, { widget, summary }: Argument): string | undefined {
  if (widget.kind === 'date') return `The whole day counts, in ${ports.settings.timeZone}.`;
  return widget.kind === 'text' || widget.kind === 'file' ? `${sentence(summary)}.` : undefined;
}

function element(desk: Desk, field: Field): types.InputBlock['element'] {
  const { argument, filled } = field;
  const { widget } = argument;
  switch (widget.kind) {
    case 'organisation':
      return picker(filled, 'Search by code or name');
    case 'backup':
      return picker(filled, 'Pick one, or search by day');
    case 'modules':
      return modulesElement(desk, field);
    case 'service':
      return serviceElement(desk, field);
    case 'date':
      return { type: 'datepicker', action_id: INPUT, ...(typeof filled === 'string' ? { initial_date: filled } : {}) };
    case 'flag': {
      const tick = { text: plain(sentence(argument.summary), OPTION), value: 'true' };
      return {
        type: 'checkboxes',
        action_id: INPUT,
        options: [tick],
        ...(filled === true ? { initial_options: [tick] } : {}),
      };
    }
    case 'file':
      return { type: 'file_input', action_id: INPUT, filetypes: [...widget.types], max_files: 1 };
    case 'text': {
      const initial =
        typeof filled === 'string' && filled !== '' ? { initial_value: clip(filled, widget.maxLength) } : {};
      return {
        type: 'plain_text_input',
        action_id: INPUT,
        max_length: widget.maxLength,
        multiline: widget.multiline ?? false,
        ...initial,
      };
    }
    case 'none':
      throw new Error(`The argument ${field.name} is not asked for in forms`);
  }
}

/** Searched by CapOps, since there may be 17,576 of them. */
function picker(filled: Filled[string] | undefined, placeholder: string): types.ExternalSelect {
  const initial = typeof filled === 'object' && 'code' in filled ? { initial_option: pickerOption(filled) } : {};
  return {
    type: 'external_select',
    action_id: INPUT,
    min_query_length: 0,
    placeholder: plain(placeholder, 150),
    ...initial,
  };
}

export function pickerOption({ code, name }: { code: string; name: string }): types.PlainTextOption {
  return { text: plain(`${code} · ${name}`, OPTION), value: code };
}

/** The choices are what “all” stands for. */
function modulesElement({ ports }: Desk, { argument, filled }: Field): types.Checkboxes {
  const moment = { now: ports.clock.now(), timeZone: ports.settings.timeZone };
  const all = argument.schema(moment).parse('all') as readonly string[];
  const options = all.map((key) => ({ text: plain(sentence(key), OPTION), value: key }));
  const chosen = Array.isArray(filled) ? options.filter(({ value }) => filled.includes(value)) : [];
  return { type: 'checkboxes', action_id: INPUT, options, ...(chosen.length > 0 ? { initial_options: chosen } : {}) };
}

/** Where none is configured the answer says what to type instead. */
function serviceElement({ ports }: Desk, { filled }: Field): types.StaticSelect | types.PlainTextInput {
  const { services = [] } = ports.settings.compose ?? {};
  if (services.length === 0 || services.length > OPTIONS) return { type: 'plain_text_input', action_id: INPUT };
  const options = services.map((name) => ({ text: plain(name, OPTION), value: name }));
  const initial = options.find(({ value }) => value === filled);
  return { type: 'static_select', action_id: INPUT, options, ...(initial ? { initial_option: initial } : {}) };
}
