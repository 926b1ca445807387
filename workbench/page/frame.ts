import { createContext, useContext } from 'react';

/** What may stand beside a room: a thread, by its first message, or what goes on behind the scenes. */
export type Aside = { thread: string } | 'scenes' | undefined;

/** What every part may ask of the window around it. */
export type Frame = { aside: Aside; setAside: (aside: Aside) => void; openMenu: () => void };

export const FrameContext = createContext<Frame>({ aside: undefined, setAside: () => {}, openMenu: () => {} });

export const useFrame = () => useContext(FrameContext);
