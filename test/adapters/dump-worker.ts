import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DumpRequest } from '../../src/ports.ts';
import { read, tools } from './dump-stage.ts';

// A process of its own that dumps and checks, for tests that kill it or measure it. Says what it does, line by line.

const [url = '', task = '', file = '', text = '{}', more = '{}'] = process.argv.slice(2);
const request: DumpRequest & { identities?: string[] } = JSON.parse(text);
const say = (line: string) => process.stdout.write(`${line}\n`);

const { content, facts } = tools(JSON.parse(more)).dump(url, request);
if (task === 'stall') {
  for await (const chunk of content) {
    say(`begun ${chunk.length}`);
    await sleep(600_000);
  }
}

const { rss } = process.memoryUsage;
let highest = 0;
const watch = setInterval(() => {
  highest = Math.max(highest, rss());
}, 5);
const idle = rss();
await pipeline(content, createWriteStream(file));
const dumped = highest;
highest = 0;
const isEncrypted = (request.recipients ?? []).length > 0;
const { fault, proof } = await tools().check(read(file), { ...request, isEncrypted });
clearInterval(watch);
const mebibytes = (bytes: number) => Math.round((bytes - idle) / 2 ** 20);
const { bytes } = await facts;
say(JSON.stringify({ bytes, fault, proof, dumpMiB: mebibytes(dumped), checkMiB: mebibytes(highest) }));
