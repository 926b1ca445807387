import { openJournal } from '../../src/adapters/journal.ts';
import { lineOf } from './journal-lines.ts';

// A process of its own that writes to a journal, for tests that kill it or fill its disk. Says each line that is durable.

const [folder = '', task = '', count = '1'] = process.argv.slice(2);
const journal = openJournal({ folder, clock: { now: () => new Date() } });
const say = (text: string) => new Promise((resolve) => process.stdout.write(`${text}\n`, resolve));

for (let number = 0; number < Number(count); number++) {
  const line = lineOf('intent');
  await journal.append(line).then(
    () => say(line.runId),
    (error: NodeJS.ErrnoException) => say(`refused ${error.code}`),
  );
  if (task === 'intents') continue;
  const outcome = { ...lineOf('outcome', line), record: { text: 'x'.repeat(task === 'much' ? 3000 : 0) } };
  await journal.append(outcome).then(
    () => say('done'),
    (error: NodeJS.ErrnoException) => say(`refused ${error.code}`),
  );
}
if (task === 'intents') {
  await say('wrote all');
  setInterval(() => undefined, 1000);
}
