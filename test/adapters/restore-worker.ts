import type { RestoreRequest } from '../../src/ports.ts';
import { at, restoreTools } from './restore-stage.ts';

// A process of its own that restores, for tests that kill it or measure it. Says what it does, line by line.

const [url = '', file = '', text = '{}'] = process.argv.slice(2);
const request: RestoreRequest & { folders?: string[] } = JSON.parse(text);
const say = (line: string) => process.stdout.write(`${line}\n`);

const { rss } = process.memoryUsage;
let highest = 0;
const watch = setInterval(() => {
  highest = Math.max(highest, rss());
}, 5);
const idle = rss();
const progress: RestoreRequest['progress'] = ({ phase }) => say(phase);
const { jobs } = await restoreTools({ folders: request.folders ?? [] }).restore(url, at(file), {
  ...request,
  progress,
});
clearInterval(watch);
say(JSON.stringify({ jobs, mebibytes: Math.round((highest - idle) / 2 ** 20) }));
