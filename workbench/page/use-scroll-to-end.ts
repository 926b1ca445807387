import { useEffect, useLayoutEffect, useRef } from 'react';

/** Stays at the end while the reader is at the end; somebody who scrolled up is left there. */
export function useScrollToEnd(messages: unknown) {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const look = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
    };
    element.addEventListener('scroll', look, { passive: true });
    // The window, a panel beside it or a picture may change its height.
    const follow = new ResizeObserver(() => atEnd.current && toEnd(element));
    follow.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      follow.disconnect();
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the messages that move the end
  useLayoutEffect(() => {
    if (atEnd.current && list.current) toEnd(list.current);
  }, [messages]);
  return list;
}

function toEnd(element: HTMLElement): void {
  element.scrollTop = element.scrollHeight;
}
