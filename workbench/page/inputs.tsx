import { useContext } from 'react';
import { type Block, type Element, type Option, optionsOf } from '../slack/blocks.ts';
import type { Held } from '../slack/inputs.ts';
import { FileInput } from './file-input.tsx';
import { FormContext } from './form-context.ts';
import { PeopleSelect, Select } from './select.tsx';

export type InputProps = {
  block: Block;
  element: Element;
  held: Held;
  change: (held: Held) => void;
  /** What a screen reader calls it. */
  label: string;
};

/** The attributes that every control bears: its name, what describes it, and where the cursor starts. */
export function useControl({ block, element, label }: InputProps) {
  const { first, errors } = useContext(FormContext);
  const wrong = errors[block.block_id] !== undefined;
  const described = [wrong ? `${block.block_id}-error` : '', block.hint ? `${block.block_id}-hint` : '']
    .join(' ')
    .trim();
  return {
    'aria-label': label,
    'aria-invalid': wrong || undefined,
    'aria-required': (block.type === 'input' && !block.optional) || undefined,
    'aria-describedby': described || undefined,
    'data-first': element.focus_on_load || first === block.block_id || undefined,
    placeholder: element.placeholder?.text,
  };
}

export function Input(props: InputProps) {
  switch (props.element.type) {
    case 'static_select':
    case 'external_select':
    case 'multi_static_select':
    case 'multi_external_select':
      return <Select {...props} />;
    case 'users_select':
    case 'multi_users_select':
    case 'channels_select':
    case 'conversations_select':
      return <PeopleSelect {...props} />;
    case 'checkboxes':
    case 'radio_buttons':
      return <Ticks {...props} />;
    case 'datepicker':
    case 'timepicker':
      return <DateOrTime {...props} />;
    case 'file_input':
      return <FileInput {...props} />;
    default:
      return <TextInput {...props} />;
  }
}

const KINDS: Record<string, string> = { number_input: 'text', email_text_input: 'email', url_text_input: 'url' };

function TextInput(props: InputProps) {
  const { element, held, change } = props;
  const control = useControl(props);
  const shared = {
    ...control,
    value: held.value ?? '',
    maxLength: element.max_length,
    onChange: (event: { target: { value: string } }) => change({ value: event.target.value || null }),
  };
  if (element.multiline) return <textarea rows={3} {...shared} />;
  const mode = element.type === 'number_input' ? ('numeric' as const) : undefined;
  return <input type={KINDS[element.type] ?? 'text'} inputMode={mode} {...shared} />;
}

function DateOrTime(props: InputProps) {
  const { element, held, change } = props;
  const control = useControl(props);
  const isDate = element.type === 'datepicker';
  const value = (isDate ? held.selected_date : held.selected_time) ?? '';
  const choose = (text: string) => change(isDate ? { selected_date: text || null } : { selected_time: text || null });
  return (
    <span className="moment" data-shown={isDate ? showDay(value) : undefined}>
      <input
        type={isDate ? 'date' : 'time'}
        {...control}
        value={value}
        onChange={(event) => choose(event.target.value)}
      />
    </span>
  );
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** As Slack shows it, whatever the browser's own order of day and month. */
function showDay(value: string): string {
  return value === '' ? 'Select a date' : DAY.format(new Date(value));
}

function Ticks(props: InputProps) {
  const { block, element, held, change } = props;
  const { placeholder: _, 'data-first': first, 'aria-required': __, ...control } = useControl(props);
  const many = element.type === 'checkboxes';
  const chosen = (many ? held.selected_options : [held.selected_option]) ?? [];
  const has = (option: Option) => chosen.some((one) => one?.value === option.value);
  const tick = (option: Option) => {
    if (!many) return change({ selected_option: option });
    const rest = (held.selected_options ?? []).filter((one) => one.value !== option.value);
    change({ selected_options: has(option) ? rest : [...rest, option] });
  };
  return (
    <div className="ticks" role={many ? 'group' : 'radiogroup'} {...control}>
      {optionsOf(element).map((option, index) => (
        <label key={option.value}>
          <input
            type={many ? 'checkbox' : 'radio'}
            name={`${block.block_id} ${element.action_id}`}
            checked={has(option)}
            data-first={(first && index === 0) || undefined}
            onChange={() => tick(option)}
          />
          <span>
            {option.text.text}
            {option.description ? <span className="note">{option.description.text}</span> : null}
          </span>
        </label>
      ))}
    </div>
  );
}
