import { useEffect, useMemo, useState } from 'react';
import { Channel } from './channel.tsx';
import { type Aside, FrameContext } from './frame.ts';
import { Home } from './home.tsx';
import { Modal } from './modal.tsx';
import { Scenes } from './scenes.tsx';
import { perform, type Seen, useSight } from './server.ts';
import { Sidebar } from './sidebar.tsx';
import { Thread } from './thread.tsx';

/** The place that is open, kept in the address: `#U0OMAR/C0OPS`, or `#U0OMAR/home`. */
type Spot = { person: string; room: string };

export function App() {
  const [spot, setSpot] = useSpot();
  const { seen, connected } = useSight(spot.person);
  const [menuOpen, setMenuOpen] = useState(false);
  const [aside, setAside] = useState<Aside>();
  // The same one while nothing in it changes: every message asks for it.
  const frame = useMemo(() => ({ aside, setAside, openMenu: () => setMenuOpen(true) }), [aside]);
  const room = spot.room.startsWith('D') ? `D${spot.person.slice(1)}` : spot.room;
  const go = (next: Partial<Spot>) => {
    setSpot({ ...spot, ...next });
    setMenuOpen(false);
    if (aside !== 'scenes') setAside(undefined);
    if ((next.room ?? spot.room) === 'home') perform(next.person ?? spot.person, { do: 'home' });
  };
  if (!seen) return <p className="starting">{connected ? 'Opening…' : 'Waiting for the demo…'}</p>;
  return (
    <FrameContext value={frame}>
      <div className={`workspace${menuOpen ? ' menu-open' : ''}${aside ? ' with-aside' : ''}`}>
        <Sidebar seen={seen} person={spot.person} room={room} go={go} />
        <Room seen={seen} person={spot.person} room={room} connected={connected} />
        {aside === 'scenes' ? <Scenes seen={seen} /> : null}
        {typeof aside === 'object' ? (
          <Thread key={aside.thread} root={aside.thread} seen={seen} person={spot.person} />
        ) : null}
        {menuOpen ? (
          <button type="button" className="scrim" aria-label="Close the menu" onClick={() => setMenuOpen(false)} />
        ) : null}
        {seen.modals.map((view, index) => (
          <Modal key={view.id} view={view} depth={index + 1} of={seen.modals.length} seen={seen} person={spot.person} />
        ))}
      </div>
    </FrameContext>
  );
}

type RoomProps = { seen: Seen; person: string; room: string; connected: boolean };

function Room({ seen, person, room, connected }: RoomProps) {
  const channel = seen.channels.find((one) => one.id === room) ?? seen.channels[0];
  return (
    <main>
      {connected ? null : (
        <p className="offline" role="status">
          The demo is away. Trying again…
        </p>
      )}
      {room === 'home' ? (
        <Home key={person} seen={seen} person={person} />
      ) : (
        channel && <Channel key={`${person} ${channel.id}`} seen={seen} person={person} channel={channel} />
      )}
    </main>
  );
}

function useSpot(): [Spot, (spot: Spot) => void] {
  const read = (): Spot => {
    const [person, room] = decodeURIComponent(location.hash.slice(1)).split('/');
    return { person: person || 'U0ADA', room: room || 'C0OPS' };
  };
  const [spot, setSpot] = useState(read);
  useEffect(() => {
    const follow = () => setSpot(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  });
  const open = (next: Spot) => {
    history.replaceState(null, '', `#${next.person}/${next.room}`);
    setSpot(next);
  };
  return [spot, open];
}
