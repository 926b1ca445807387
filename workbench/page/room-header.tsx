import { useFrame } from './frame.ts';

export function RoomHeader({ title, note }: { title: string; note: string }) {
  const { aside, setAside, openMenu } = useFrame();
  const shown = aside === 'scenes';
  return (
    <header className="room">
      <button type="button" className="menu" aria-label="Channels and people" onClick={openMenu}>
        ☰
      </button>
      <h1>{title}</h1>
      <span className="note">{note}</span>
      <button
        type="button"
        className="button scenes-toggle"
        aria-pressed={shown}
        aria-label="Behind the scenes"
        onClick={() => setAside(shown ? undefined : 'scenes')}
      >
        <span aria-hidden="true">{'{ }'}</span> <span className="words">Behind the scenes</span>
      </button>
    </header>
  );
}
