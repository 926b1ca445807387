import { useEffect, useState } from 'react';
import { Channel } from './channel.tsx';
import { Home } from './home.tsx';
import { Modal } from './modal.tsx';
import { perform, useSight } from './server.ts';
import { Sidebar } from './sidebar.tsx';

/** The place that is open, kept in the address: `#U0OMAR/C0OPS`, or `#U0OMAR/home`. */
type Spot = { person: string; room: string };

export function App() {
  const [spot, setSpot] = useSpot();
  const { seen, connected } = useSight(spot.person);
  const [menuOpen, setMenuOpen] = useState(false);
  const direct = `D${spot.person.slice(1)}`;
  const room = spot.room.startsWith('D') ? direct : spot.room;
  const go = (next: Partial<Spot>) => {
    setSpot({ ...spot, ...next });
    setMenuOpen(false);
    if (next.room === 'home') perform(next.person ?? spot.person, { do: 'home' });
  };
  if (!seen) return <p className="starting">{connected ? 'Opening…' : 'Waiting for the demo…'}</p>;
  const channel = seen.channels.find((one) => one.id === room) ?? seen.channels[0];
  return (
    <div className={menuOpen ? 'workspace menu-open' : 'workspace'}>
      <Sidebar seen={seen} person={spot.person} room={room} go={go} />
      <main>
        {connected ? null : (
          <p className="offline" role="status">
            The demo is away. Trying again…
          </p>
        )}
        {room === 'home' ? (
          <Home key={spot.person} seen={seen} person={spot.person} openMenu={() => setMenuOpen(true)} />
        ) : (
          channel && (
            <Channel
              key={`${spot.person} ${channel.id}`}
              seen={seen}
              person={spot.person}
              channel={channel}
              openMenu={() => setMenuOpen(true)}
            />
          )
        )}
      </main>
      {menuOpen ? (
        <button type="button" className="scrim" aria-label="Close the menu" onClick={() => setMenuOpen(false)} />
      ) : null}
      {seen.modal ? (
        <Modal key={seen.modal.id} view={seen.modal} depth={seen.depth} seen={seen} person={spot.person} />
      ) : null}
    </div>
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
