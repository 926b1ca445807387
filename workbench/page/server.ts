import { useEffect, useState } from 'react';
import type { Outcome, PageMessage, Sight } from '../page-data.ts';
import type { Traffic } from '../slack/traffic.ts';

/** All that the person sees now. */
export type Seen = Omit<Sight, 'messages' | 'gone' | 'first'> & { messages: PageMessage[] };

/** Follows what the person sees; `connected` turns false while the server is away, and what was seen stays. */
export function useSight(person: string): { seen: Seen | undefined; connected: boolean } {
  const [seen, setSeen] = useState<Seen>();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    setSeen(undefined);
    const source = new EventSource(`/page/sight?as=${encodeURIComponent(person)}`);
    source.onopen = () => setConnected(true);
    source.onerror = () => setConnected(false);
    source.onmessage = (event) => setSeen((before) => merge(before, JSON.parse(event.data) as Sight));
    return () => source.close();
  }, [person]);
  return { seen, connected };
}

function merge(before: Seen | undefined, sight: Sight): Seen {
  const { first, gone, messages, ...rest } = sight;
  const kept = new Map(first ? [] : before?.messages.map((message) => [message.ts, message]));
  for (const ts of gone) kept.delete(ts);
  for (const message of messages) kept.set(message.ts, message);
  return { ...rest, messages: [...kept.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1)) };
}

/** Does something as the person. Never throws: what went wrong is in the outcome. */
export async function perform<T extends object = Outcome>(person: string, what: object): Promise<T & Outcome> {
  try {
    const body = JSON.stringify({ as: person, ...what });
    const answer = await fetch('/page/act', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return (await answer.json()) as T & Outcome;
  } catch {
    return { error: 'The demo does not answer' } as T & Outcome;
  }
}

/** What went to the app and came from it since that version; undefined while the server is away. */
export async function readTraffic(since: number): Promise<{ version: number; traffic: Traffic[] } | undefined> {
  try {
    return (await (await fetch(`/page/traffic?since=${since}`)).json()) as { version: number; traffic: Traffic[] };
  } catch {
    return undefined;
  }
}

export type Uploaded = { id: string; name: string; size: number };

export async function upload(person: string, file: File): Promise<Uploaded> {
  const address = `/page/files?${new URLSearchParams({ as: person, name: file.name })}`;
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: file,
  });
  return (await answer.json()) as Uploaded;
}
