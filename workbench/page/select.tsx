import { useEffect, useId, useState } from 'react';
import { type Option, optionsOf } from '../slack/blocks.ts';
import { type Held, picksMany } from '../slack/inputs.ts';
import { useActing } from './acting.tsx';
import { type InputProps, useControl } from './inputs.tsx';

/** A select that is searched by typing; one or several options; the app is asked where it keeps them. */
export function Select(props: InputProps) {
  const { element, held, change } = props;
  const control = useControl(props);
  const list = useId();
  const [query, setQuery] = useState<string>();
  const [at, setAt] = useState(0);
  const open = query !== undefined;
  const many = picksMany(element);
  const chosen = (many ? held.selected_options : [held.selected_option].filter((one) => !!one)) ?? [];
  const { options, waiting } = useOptions(props, query);
  const close = () => setQuery(undefined);
  const choose = (option: Option) => {
    setQuery(many ? '' : undefined);
    if (many) change(toggled(held, option));
    else change({ selected_option: option });
  };
  const steer = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt(Math.max(0, Math.min(options.length - 1, open ? at + step : 0)));
    if (step && !open) setQuery('');
    if (event.key === 'Escape' && open) [event.stopPropagation(), event.preventDefault(), close()];
    if (event.key === 'Enter' && open) [event.preventDefault(), options[at] && choose(options[at])];
    if (step) event.preventDefault();
  };
  const shown = open ? query : many ? '' : (chosen[0]?.text.text ?? '');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears that the focus has left what is in it
    <div className="select" onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || close()}>
      {many ? <Chosen options={chosen} drop={(option) => change(toggled(held, option))} /> : null}
      <input
        {...control}
        role="combobox"
        aria-expanded={open}
        aria-controls={list}
        aria-activedescendant={open && options[at] ? `${list}-${at}` : undefined}
        autoComplete="off"
        value={shown}
        placeholder={control.placeholder ?? 'Choose…'}
        onClick={() => setQuery(query ?? '')}
        onChange={(event) => [setQuery(event.target.value), setAt(0)]}
        onKeyDown={steer}
      />
      {chosen.length > 0 && !many && !open ? (
        <button
          type="button"
          className="clear"
          aria-label={`Clear ${props.label}`}
          onClick={() => change({ selected_option: null })}
        >
          ×
        </button>
      ) : null}
      {open ? (
        <div id={list} role="listbox" aria-label={props.label} className="options" tabIndex={-1}>
          {options.map((option, index) => (
            <button
              type="button"
              key={option.value}
              id={`${list}-${index}`}
              role="option"
              aria-selected={chosen.some((one) => one.value === option.value)}
              className={index === at ? 'at' : ''}
              tabIndex={-1}
              ref={(row) => void (index === at && row?.scrollIntoView({ block: 'nearest' }))}
              // The cursor stays in the field, where Escape and the arrows are heard.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(option)}
            >
              {option.text.text}
              {option.description ? <span className="note">{option.description.text}</span> : null}
            </button>
          ))}
          {options.length === 0 ? <p className="note">{waiting}</p> : null}
        </div>
      ) : null}
    </div>
  );
}

function Chosen({ options, drop }: { options: Option[]; drop: (option: Option) => void }) {
  return options.map((option) => (
    <button
      type="button"
      key={option.value}
      className="chip"
      aria-label={`Remove ${option.text.text}`}
      onClick={() => drop(option)}
    >
      {option.text.text} <span aria-hidden="true">×</span>
    </button>
  ));
}

/** The options for what is typed: filtered here, or asked of the app after a short pause. */
function useOptions({ block, element }: InputProps, query: string | undefined): { options: Option[]; waiting: string } {
  const { ask } = useActing();
  const [answer, setAnswer] = useState<Option[]>();
  const asks = element.type.endsWith('external_select');
  const least = element.min_query_length ?? 3;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed decides when to ask, nothing else does
  useEffect(() => {
    setAnswer(undefined);
    if (!asks || query === undefined || query.length < least) return;
    let stale = false;
    const timer = setTimeout(async () => {
      const options = await ask(block, element, query);
      if (!stale) setAnswer(options);
    }, 150);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [query]);
  const words = (query ?? '').toLowerCase();
  if (!asks)
    return {
      options: optionsOf(element).filter(({ text }) => text.text.toLowerCase().includes(words)),
      waiting: 'No results',
    };
  if (words.length < least) return { options: [], waiting: `Type ${least} letters or more` };
  return { options: answer ?? [], waiting: answer ? 'No results' : 'Searching…' };
}

function toggled(held: Held, option: Option): Held {
  const chosen = held.selected_options ?? [];
  const rest = chosen.filter((one) => one.value !== option.value);
  return { selected_options: rest.length < chosen.length ? rest : [...chosen, option] };
}

/** Menus of people and channels, by id: rare in CapOps, so a plain field. */
export function PeopleSelect(props: InputProps) {
  const { element, held, change } = props;
  const control = useControl(props);
  const key = `selected_${element.type.split('_').at(-2)?.replace(/s$/, '')}` as 'selected_user';
  return (
    <input {...control} value={held[key] ?? ''} onChange={(event) => change({ [key]: event.target.value || null })} />
  );
}
