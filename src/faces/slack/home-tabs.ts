import type { Asker, Desk } from './desk.ts';
import { publishHome } from './home.ts';

/** Nobody’s tab is published more often than this. */
const EVERY_MS = 1_000;
const REMEMBERED = 1_000;

/** Home tabs that people have open, or had. */
export interface HomeTabs {
  /** Shows it as everything stands. Rejects when Slack does not take it. */
  open(desk: Desk, asker: Asker): Promise<void>;
  /** Shows it anew, soon, to somebody who did something: from the tab itself, or with it seen in this process. Never throws. */
  refresh(desk: Desk, asker: Asker): void;
  /** Shows nothing anew from now on; resolves once nothing is on its way. */
  stop(): Promise<void>;
}

/** One person's tab: at most one publication on its way, and one after it. */
interface Tab {
  working: Promise<void> | undefined;
  next: NodeJS.Timeout | undefined;
  nextMs: number;
}

export function openHomeTabs(publish: typeof publishHome = publishHome): HomeTabs {
  const tabs = new Map<string, Tab>();
  let hasEnded = false;
  const tabOf = (userId: string): Tab => {
    const tab = tabs.get(userId) ?? { working: undefined, next: undefined, nextMs: 0 };
    tabs.delete(userId);
    tabs.set(userId, tab);
    const [oldest] = tabs.keys();
    if (tabs.size > REMEMBERED && oldest !== undefined) tabs.delete(oldest);
    return tab;
  };
  const show = (tab: Tab, desk: Desk, asker: Asker): Promise<void> => {
    tab.working = publish(desk, asker).finally(() => {
      tab.working = undefined;
      tab.nextMs = performance.now() + EVERY_MS;
    });
    return tab.working;
  };
  const later = (tab: Tab, desk: Desk, asker: Asker): void => {
    if (tab.next || hasEnded) return;
    const dueMs = tab.working ? EVERY_MS : Math.max(0, tab.nextMs - performance.now());
    tab.next = setTimeout(() => {
      tab.next = undefined;
      if (tab.working) return later(tab, desk, asker);
      show(tab, desk, asker).catch((error: unknown) =>
        desk.ports.log.warn({ err: error, user: asker.userId }, 'a home tab could not be shown anew'),
      );
    }, dueMs).unref();
  };
  return {
    open: async (desk, asker) => {
      const tab = tabOf(asker.userId);
      if (tab.working || tab.nextMs > performance.now()) later(tab, desk, asker);
      else await show(tab, desk, asker);
    },
    refresh: (desk, asker) => {
      if (asker.channelId !== undefined && !tabs.has(asker.userId)) return;
      later(tabOf(asker.userId), desk, asker);
    },
    stop: async () => {
      hasEnded = true;
      for (const { next } of tabs.values()) clearTimeout(next);
      await Promise.allSettled([...tabs.values()].map(({ working }) => working));
    },
  };
}
