import { ActingProvider } from './acting.tsx';
import { Blocks } from './blocks.tsx';
import { RoomHeader } from './room-header.tsx';
import type { Seen } from './server.ts';

/** The app's home tab, where it has published one. */
export function Home({ seen, person }: { seen: Seen; person: string }) {
  const { home } = seen;
  return (
    <>
      <RoomHeader title="CapOps" note="Home tab" />
      <section className="messages" aria-label="Home tab">
        {home ? (
          <ActingProvider person={person} target={{ view: home.id }}>
            <Blocks blocks={home.blocks} seen={seen} />
          </ActingProvider>
        ) : (
          <p className="welcome">CapOps has not published a home tab.</p>
        )}
      </section>
    </>
  );
}
