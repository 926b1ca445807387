import type { Workspace } from './workspace.ts';

/** One line of what went to and fro, for a side panel. */
export type Traffic = {
  /** `d1`, `c2`: it keeps its id while it changes. */
  id: string;
  version: number;
  /** Milliseconds since 1970. */
  at: number;
  way: 'to the app' | 'from the app';
  /** A delivery's kind, or a Web API method. */
  name: string;
  via?: 'http' | 'socket';
  /** Which repetition of an event it is, 0 for the first. */
  attempt?: number;
  /** Milliseconds until it was acknowledged; absent while it is not. */
  ms?: number;
  status?: number;
  error?: string;
  /** What the person was shown because of the error. */
  shown?: string;
  /** What Slack's limits say against it, each with its place. */
  complaints: string[];
  payload: unknown;
  answer: unknown;
};

/** What is new or has changed since that version of the state, oldest first; 0 for everything that is kept. */
export function trafficSince({ state }: Workspace, version: number): Traffic[] {
  const deliveries = state.deliveries.map((one): Traffic => {
    const { id, version, at, kind, via, attempt, ms, status, error, shown, payload, body } = one;
    const outcome = {
      ...(ms === undefined ? {} : { ms }),
      ...(status === undefined ? {} : { status }),
      ...(error === undefined ? {} : { error }),
      ...(shown === undefined ? {} : { shown }),
    };
    const sent = { id: `d${id}`, version, at, way: 'to the app' as const, name: kind, via, attempt };
    return { ...sent, ...outcome, complaints: one.complaints ?? [], payload, answer: parsed(body) };
  });
  const calls = state.calls.map((one): Traffic => {
    const { version, at, method, answer } = one;
    const complaints = (answer.response_metadata as { messages?: string[] } | undefined)?.messages ?? [];
    const error = answer.ok ? {} : { error: String(answer.error) };
    const call = { id: `c${version}`, version, at, way: 'from the app' as const, name: method };
    return { ...call, ...error, complaints, payload: one.arguments, answer };
  });
  const all = [...deliveries, ...calls].filter((entry) => entry.version > version);
  return all.sort((a, b) => a.at - b.at || a.version - b.version);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
