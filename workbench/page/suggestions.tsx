import { type KeyboardEvent, useId, useState } from 'react';
import type { PageCommand, PagePerson } from '../page-data.ts';
import { type Completion, complete } from './completion.ts';

type Typed = { text: string; setText: (text: string) => void; commands: PageCommand[]; people: PagePerson[] };

/** Completion for a text field: arrows choose, Tab or Enter takes, Escape puts it away until the next letter. */
export function useSuggestions({ text, setText, commands, people }: Typed) {
  const id = useId();
  const [at, setAt] = useState(-1);
  const [putAway, setPutAway] = useState<string>();
  const completion: Completion =
    text === putAway ? { suggestions: [], hint: undefined } : complete(text, commands, people);
  const { suggestions } = completion;
  const active = suggestions[at];
  const take = (index: number) => {
    setText(suggestions[index]?.text ?? text);
    setAt(-1);
  };
  /** True where the key was for the suggestions. */
  const press = (event: KeyboardEvent): boolean => {
    if (suggestions.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((at + step + suggestions.length + (at < 0 && step < 0 ? 1 : 0)) % suggestions.length);
    else if (event.key === 'Tab' && !event.shiftKey) take(Math.max(at, 0));
    else if (event.key === 'Enter' && active) take(at);
    else if (event.key === 'Escape') setPutAway(text);
    else return false;
    event.preventDefault();
    return true;
  };
  const field = {
    'aria-autocomplete': 'list' as const,
    'aria-controls': id,
    'aria-activedescendant': active ? `${id}-${at}` : undefined,
  };
  return { press, field, list: { id, at, take, completion }, forget: () => setAt(-1) };
}

type ListProps = { id: string; at: number; take: (index: number) => void; completion: Completion };

export function Suggestions({ id, at, take, completion: { suggestions, hint } }: ListProps) {
  if (hint)
    return (
      <p className="hints hints-only">
        For example <code>{hint}</code>
      </p>
    );
  if (suggestions.length === 0) return null;
  return (
    <div className="hints" role="listbox" id={id} aria-label="Suggestions">
      {suggestions.map(({ label, note }, index) => (
        <button
          type="button"
          role="option"
          aria-selected={index === at}
          key={label}
          id={`${id}-${index}`}
          tabIndex={-1}
          className={index === at ? 'at' : undefined}
          // The cursor stays in the field.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(index)}
        >
          <strong>{label}</strong> <span className="note">{note}</span>
        </button>
      ))}
    </div>
  );
}
