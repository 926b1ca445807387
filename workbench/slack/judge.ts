import { messageComplaints, optionsComplaints, viewComplaints } from './complaints.ts';
import type { Kind } from './state.ts';
import { changed, type Workspace } from './workspace.ts';

const COMPLAINTS: Record<Kind, (payload: unknown) => string[]> = {
  message: messageComplaints,
  view: viewComplaints,
  options: optionsComplaints,
};

/** Holds something of the app's against Slack's limits, and counts it. No complaints: Slack takes it. */
export function judged(workspace: Workspace, what: Kind, payload: unknown): string[] {
  const complaints = COMPLAINTS[what](payload);
  const { accepted, refused } = workspace.state;
  if (complaints.length === 0) accepted[what] += 1;
  else refused.push({ at: workspace.now(), what, complaints, payload });
  changed(workspace);
  return complaints;
}
