import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type Element, type Option, optionsOf } from '../slack/blocks.ts';

/** The ⋯ menu. Arrows move in it, Escape closes it and leaves the form around it open. */
export function Overflow({ element, choose }: { element: Element; choose: (option: Option) => void }) {
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) menu.current?.querySelector('button')?.focus();
  }, [open]);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const steer = (event: KeyboardEvent) => {
    if (!open) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...(menu.current?.querySelectorAll('button') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    if (step) items.at((at + step) % items.length)?.focus();
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears what bubbles up from its menu
    <div
      className="overflow"
      onKeyDown={steer}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <button
        ref={opener}
        type="button"
        className="button"
        aria-label={element.accessibility_label ?? 'More'}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        ⋯
      </button>
      {open ? (
        <div role="menu" className="menu-list" ref={menu}>
          {optionsOf(element).map((option) => (
            <button type="button" role="menuitem" key={option.value} onClick={() => [close(), choose(option)]}>
              {option.text.text}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
