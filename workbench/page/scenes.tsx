import { useEffect, useRef, useState } from 'react';
import type { Traffic } from '../slack/traffic.ts';
import { Panel } from './panel.tsx';
import { readTraffic, type Seen } from './server.ts';

const SHOWN = 80;
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Every request to the app and every call of the app, newest first: times, contents, and what Slack has against them. */
export function Scenes({ seen }: { seen: Seen }) {
  const traffic = useTraffic(seen);
  return (
    <Panel title="Behind the scenes" note="What Slack and CapOps say to each other">
      <ol className="panel-body traffic">
        {traffic.length === 0 ? <li className="welcome">Nothing was said yet. Type a command.</li> : null}
        {traffic.map((one) => (
          <Line key={one.id} one={one} />
        ))}
      </ol>
    </Panel>
  );
}

function Line({ one }: { one: Traffic }) {
  const isDelivery = one.way === 'to the app';
  const failed = one.error !== undefined || one.complaints.length > 0;
  return (
    <li className={failed ? 'failed' : undefined}>
      <details>
        <summary>
          <span className="way" title={isDelivery ? 'Slack to CapOps' : 'CapOps to Slack'}>
            {isDelivery ? '→' : '←'}
          </span>
          <strong>{one.name}</strong>
          <span className="note">{outcome(one)}</span>
          <time className="note">{CLOCK.format(one.at)}</time>
        </summary>
        {one.shown ? <p className="note">Shown to the person: {one.shown}</p> : null}
        <Content title={isDelivery ? 'Sent' : 'Asked'} value={one.payload} />
        <Content title="Answer" value={one.answer} />
      </details>
      {one.complaints.map((complaint) => (
        <p key={complaint} className="trouble">
          {complaint}
        </p>
      ))}
    </li>
  );
}

function outcome({ error, ms, way, attempt, via }: Traffic): string {
  const time = ms === undefined ? '' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const again = attempt ? `repetition ${attempt}` : '';
  if (way === 'from the app') return error ?? 'ok';
  const said = error ?? (ms === undefined ? 'waiting' : `acknowledged in ${time}`);
  return [said, again, via === 'socket' ? 'socket' : ''].filter(Boolean).join(' · ');
}

function Content({ title, value }: { title: string; value: unknown }) {
  if (value === undefined || value === '') return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </>
  );
}

/** Asked for again after every change that the page hears of; only what is new is sent. */
function useTraffic(seen: Seen): Traffic[] {
  const [traffic, setTraffic] = useState<Traffic[]>([]);
  const known = useRef({ version: 0, asking: false, again: false });
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change may bring traffic
  useEffect(() => {
    const ask = async () => {
      known.current.asking = true;
      const news = await readTraffic(known.current.version);
      known.current.asking = false;
      if (news) {
        known.current.version = news.version;
        setTraffic((before) => merged(before, news.traffic));
      }
      if (known.current.again) {
        known.current.again = false;
        await ask();
      }
    };
    if (known.current.asking) known.current.again = true;
    else ask();
  }, [seen]);
  return traffic;
}

function merged(before: Traffic[], news: Traffic[]): Traffic[] {
  const all = new Map(before.map((one) => [one.id, one]));
  for (const one of news) all.set(one.id, one);
  return [...all.values()].sort((a, b) => b.at - a.at || b.version - a.version).slice(0, SHOWN);
}
