import { expect } from 'vitest';
import { postAsApp } from './post.ts';
import { inBrowser, setStage } from './stage.ts';

const stage = setStage();
const MESSAGES = 200;
const LATER = 20;

const plain = (text: string) => ({ type: 'plain_text', text });
const cell = (text: string) => ({ type: 'raw_text', text });
const button = (index: number, word: string) => ({
  type: 'button',
  action_id: `${word}${index}`,
  text: plain(`${word} ${index}`),
});

function post(index: number): void {
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: `*Message ${index}* of many, with \`code\` and a <@U0OMAR>` } },
    {
      type: 'table',
      rows: [1, 2, 3, 4].map((row) => [cell(`Row ${row}`), cell(`Cell ${row}`), cell('until 31 Dec 2026')]),
    },
    { type: 'actions', elements: ['Show', 'Grant', 'Revoke'].map((word) => button(index, word)) },
    { type: 'context', elements: [plain(`Note ${index}`)] },
  ];
  postAsApp(stage.slack, { text: `Message ${index}`, blocks });
}

/** In the page: when the message is there and painted, in milliseconds since 1970. */
const arrivalOf = (index: number) => `new Promise((done) => {
  const log = document.querySelector('[role=log]');
  const look = () => {
    if (!log.lastElementChild.textContent.includes('Note ${index}')) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(Date.now())));
  };
  const watch = new MutationObserver(look);
  watch.observe(log, { childList: true, subtree: true });
})`;

/** Scrolls from the top to the end within two seconds; the gaps between frames, in milliseconds. */
const SCROLL = `new Promise((done) => {
  const log = document.querySelector('[role=log]');
  const gaps = [];
  const start = performance.now();
  let last = start;
  const step = (now) => {
    gaps.push(now - last);
    last = now;
    log.scrollTop = ((now - start) / 2000) * log.scrollHeight;
    if (now - start < 2000) requestAnimationFrame(step);
    else done(gaps.slice(1));
  };
  requestAnimationFrame(step);
})`;

inBrowser(`${MESSAGES} messages with blocks scroll, and what comes after them arrives`, async () => {
  for (let index = 1; index <= MESSAGES; index += 1) post(index);
  const ada = await stage.visit('U0ADA', 'C0RANDOM');
  await ada.message(`Note ${MESSAGES}`).waitFor();
  const delays: number[] = [];
  for (let index = MESSAGES + 1; index <= MESSAGES + LATER; index += 1) {
    const arrival = ada.page.evaluate<number>(arrivalOf(index));
    await ada.page.evaluate('0'); // The page watches by now.
    const postedAt = Date.now();
    post(index);
    delays.push((await arrival) - postedAt);
  }
  const gaps = await ada.page.evaluate<number[]>(SCROLL);
  const sorted = delays.toSorted((a, b) => a - b);
  // Printed, not judged: a busy machine would make it fail.
  process.stdout.write(
    `from the post to the screen: median ${sorted[LATER / 2]} ms, most ${sorted.at(-1)} ms; ` +
      `scrolling for 2 s: ${gaps.length} frames, longest gap ${Math.max(...gaps).toFixed(0)} ms\n`,
  );
  expect(delays).toHaveLength(LATER);
  expect(await ada.page.getByRole('article').count()).toBe(MESSAGES + LATER);
  await ada.leave();
});
