import type { Ports } from '../ports.ts';
import type { Look } from './look-first.ts';
import type { Waiting } from './recorder.ts';
import type { Report } from './report.ts';
import type { RunDraft } from './run-rows.ts';

export function openApproval(_ports: Ports, _run: RunDraft, _look: Look): { also: Waiting['also']; report: Report } {
  throw new Error('not yet');
}
