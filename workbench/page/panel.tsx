import { type ReactNode, useEffect, useRef } from 'react';
import { useFrame } from './frame.ts';

/** What stands beside the room. Escape closes it, and the focus goes back to where it was. */
export function Panel({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  const { setAside } = useFrame();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    close.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <aside
      className="panel"
      aria-label={title}
      onKeyDown={(event) => event.key === 'Escape' && !event.defaultPrevented && setAside(undefined)}
    >
      <header className="room">
        <h2>{title}</h2>
        <span className="note">{note}</span>
        <button
          ref={close}
          type="button"
          className="close"
          aria-label={`Close ${title.toLowerCase()}`}
          onClick={() => setAside(undefined)}
        >
          ×
        </button>
      </header>
      {children}
    </aside>
  );
}
