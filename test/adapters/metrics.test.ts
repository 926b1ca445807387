import { describe, expect, it } from 'vitest';
import { openMeter } from '../../src/adapters/metrics.ts';

it('shows runs, calls to Slack, acknowledgements, readiness and the process as Prometheus reads them', async () => {
  const meter = openMeter();
  meter.ran({ operation: 'grant-module', outcome: 'done', face: 'slack', seconds: 0.2 });
  meter.ran({ operation: 'grant-module', outcome: 'done', face: 'slack', seconds: 2 });
  meter.calledSlack({ method: 'chat.postMessage', status: '429' });
  meter.acknowledged(0.02);
  meter.saw('ledger', true);
  meter.saw('ledger', false);
  meter.late(12);
  meter.late(400);
  const { contentType, text } = await meter.page();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = text.split('\n');
  for (const line of [
    'capops_runs_total{operation="grant-module",outcome="done",face="slack"} 2',
    'capops_run_duration_seconds_bucket{le="0.25",operation="grant-module"} 1',
    'capops_run_duration_seconds_sum{operation="grant-module"} 2.2',
    'capops_slack_calls_total{method="chat.postMessage",status="429"} 1',
    'capops_slack_acknowledgement_seconds_bucket{le="0.025"} 1',
    'capops_slack_acknowledgement_seconds_bucket{le="0.01"} 0',
    'capops_ready{part="ledger"} 0',
    'capops_schedule_lateness_seconds_bucket{le="15"} 1',
    'capops_schedule_lateness_seconds_bucket{le="900"} 2',
    'capops_schedule_lateness_seconds_sum 412',
  ])
    expect(lines).toContain(line);
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

it('counts for itself: another one shows nothing of it', async () => {
  openMeter().calledSlack({ method: 'auth.test', status: '200' });
  expect((await openMeter().page()).text).not.toContain('auth.test');
});

describe('the depth of the queue', () => {
  const shown = async (meter: ReturnType<typeof openMeter>) =>
    /^capops_queue_depth (.*)$/m.exec((await meter.page()).text)?.[1];

  it('is asked for whenever somebody looks, and absent where there is no queue', async () => {
    const meter = openMeter();
    expect(await shown(meter)).toBeUndefined();
    let depth = 3;
    meter.watchQueue(async () => depth);
    expect(await shown(meter)).toBe('3');
    depth = 0;
    expect(await shown(meter)).toBe('0');
  });

  it('that nobody tells, or tells in time, is no number, and holds up nothing else', async () => {
    const meter = openMeter();
    meter.watchQueue(() => Promise.reject(new Error('the ledger is down')));
    expect(await shown(meter)).toBe('Nan');
    meter.watchQueue(() => new Promise(() => undefined));
    expect(await shown(meter)).toBe('Nan');
  });
});
