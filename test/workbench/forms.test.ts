import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { slackWithApp } from './bolt-app.ts';

const plain = (text: string) => ({ type: 'plain_text', text }) as const;
const option = (label: string, value: string) => ({ text: plain(label), value });
const input = (block_id: string, element: object, more: object = {}) => {
  return { type: 'input', block_id, label: plain(block_id), element: { action_id: 'it', ...element }, ...more };
};
const form = (blocks: object[], more: object = {}) => {
  return {
    type: 'modal',
    callback_id: 'grant',
    title: plain('Grant access'),
    submit: plain('Grant'),
    blocks,
    ...more,
  } as never;
};
const grantForm = form([
  input('org', { type: 'external_select', min_query_length: 0 }),
  input('modules', {
    type: 'multi_static_select',
    options: [option('Work orders', 'work'), option('Assets', 'assets')],
  }),
  input('until', { type: 'datepicker' }, { optional: true }),
  input('how', {
    type: 'radio_buttons',
    options: [option('Extend', 'extend')],
    initial_option: option('Extend', 'extend'),
  }),
  input('file', { type: 'file_input', max_files: 1 }, { optional: true }),
]);
const airports = [option('London Heathrow', 'LHR'), option('London Gatwick', 'LGW'), option('Oslo', 'OSL')];

let slack: Awaited<ReturnType<typeof slackWithApp>>;
let answer: object | undefined;
let triggerOf: (command: { trigger_id: string }) => string | Promise<string>;

beforeEach(async () => {
  answer = undefined;
  triggerOf = (command) => command.trigger_id;
  slack = await slackWithApp((app) => {
    app.command('/capops', async ({ ack, command, client, respond }) => {
      await ack();
      const opened = client.views.open({ trigger_id: await triggerOf(command), view: grantForm });
      await opened.catch((error) => respond(error.data.error));
    });
    app.options('it', ({ ack, payload }) => {
      return ack({
        options: airports.filter(({ text }) => text.text.toLowerCase().includes(payload.value.toLowerCase())),
      });
    });
    app.view('grant', ({ ack }) => ack(answer as never));
    app.view({ callback_id: 'grant', type: 'view_closed' }, ({ ack }) => ack());
  });
});
afterEach(() => slack.end());

async function opened() {
  const omar = slack.as('U0OMAR');
  await omar.command('C0OPS', '/capops grant');
  await omar.nextView();
  return omar;
}

test('a form arrives with every value where Slack puts it, and closes', async () => {
  const omar = await opened();
  const file = { name: 'a.csv', content: 'name,code' };
  const result = await omar.submit({ org: 'London Heathrow', modules: ['work', 'Assets'], until: '2027-03-31', file });
  expect(result).toMatchObject({ closed: true, errors: {} });
  expect(result.delivery?.payload).toMatchObject({
    view: {
      callback_id: 'grant',
      state: {
        values: {
          org: { it: { type: 'external_select', selected_option: { value: 'LHR' } } },
          modules: { it: { selected_options: [{ value: 'work' }, { value: 'assets' }] } },
          until: { it: { selected_date: '2027-03-31' } },
          how: { it: { selected_option: { value: 'extend' } } },
          file: { it: { files: [{ name: 'a.csv', size: 9 }] } },
        },
      },
    },
  });
  expect(omar.view()).toBeUndefined();
});

test('what is required and empty is said without asking the app', async () => {
  const omar = await opened();
  const result = await omar.submit({ modules: ['work'] });
  expect(result).toEqual({ closed: false, errors: { org: 'Please complete this required field.' } });
  expect(slack.deliveries('view_submission')).toEqual([]);
});

test('errors of the app leave the form open with what was filled in', async () => {
  const omar = await opened();
  answer = { response_action: 'errors', errors: { until: 'That day is in the past.' } };
  const refused = await omar.submit({ org: 'Oslo', modules: ['work'], until: '2020-01-01' });
  expect(refused).toMatchObject({ closed: false, errors: { until: 'That day is in the past.' } });
  answer = undefined;
  expect(await omar.submit({ until: '2027-01-01' })).toMatchObject({ closed: true });
});

test('errors for a block that is no input are trouble, as on Slack', async () => {
  const loud = vi.spyOn(console, 'error').mockImplementation(() => {});
  const omar = await opened();
  answer = { response_action: 'errors', errors: { nowhere: 'No such field' } };
  const result = await omar.submit({ org: 'Oslo', modules: ['work'] });
  expect(result).toMatchObject({ closed: false, errors: {}, trouble: expect.stringContaining('trouble connecting') });
  expect(loud).toHaveBeenCalledOnce();
  loud.mockRestore();
});

test('a submission can be answered with another view in place, or on top', async () => {
  const omar = await opened();
  answer = { response_action: 'push', view: form([{ type: 'divider' }], { title: plain('Are you sure?') }) };
  await omar.submit({ org: 'Oslo', modules: ['work'] });
  expect((await omar.nextView()).title).toBe('Are you sure?');
  await omar.dismiss();
  expect(omar.view()?.title).toBe('Grant access');
  answer = { response_action: 'update', view: form([{ type: 'divider' }], { title: plain('Thank you') }) };
  await omar.submit({ org: 'Oslo', modules: ['work'] });
  expect(omar.view()?.title).toBe('Thank you');
});

test('a searching select offers what the app answers for the words typed', async () => {
  const omar = await opened();
  expect((await omar.choices('org', 'lond')).map(({ value }) => value)).toEqual(['LHR', 'LGW']);
  expect(slack.deliveries('block_suggestion').at(-1)?.payload).toMatchObject({ block_id: 'org', value: 'lond' });
});

test('a trigger opens one view only', async () => {
  let first = '';
  triggerOf = (command) => {
    first ||= command.trigger_id;
    return first;
  };
  const omar = await opened();
  await omar.command('C0OPS', '/capops grant');
  expect((await omar.nextMessage('C0OPS')).text).toBe('exchanged_trigger_id');
});

test('a trigger is too old after 3 seconds', async () => {
  triggerOf = async (command) => {
    await slack.until(() => slack.deliveries('command').at(-1)?.status);
    await slack.turnClock(3_001);
    return command.trigger_id;
  };
  const omar = slack.as('U0OMAR');
  await omar.command('C0OPS', '/capops grant');
  expect((await omar.nextMessage('C0OPS')).text).toBe('expired_trigger_id');
});

test('an update that knows an older version of the view is a conflict', async () => {
  const omar = await opened();
  const view = omar.view();
  const update = (hash: string) => slack.app.client.views.update({ view_id: view?.id ?? '', hash, view: grantForm });
  await update(view?.hash ?? '');
  await expect(update(view?.hash ?? '')).rejects.toThrow('hash_conflict');
});

test('three forms stand on each other and no more', async () => {
  const omar = await opened();
  answer = { response_action: 'push', view: grantForm };
  const filled = { org: 'Oslo', modules: ['work'] };
  await omar.submit(filled);
  await omar.submit(filled);
  expect(slack.workspace.state.modals.get('U0OMAR')).toHaveLength(3);
  const loud = vi.spyOn(console, 'error').mockImplementation(() => {});
  expect((await omar.submit(filled)).delivery).toMatchObject({ error: 'push_limit_reached' });
  loud.mockRestore();
  expect(await omar.dismiss(true)).toEqual([]);
  expect(omar.view()).toBeUndefined();
});
