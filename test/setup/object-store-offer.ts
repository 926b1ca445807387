import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Ceph, startCeph } from './ceph.ts';
import { whyMissing } from './machine.ts';

/** Where a test file asks for the run’s object store, which takes its time: the first that asks has it started. */
export type ObjectStoreOffer = { port: number; stop(): Promise<void> };

export async function offerObjectStore(folder: string): Promise<ObjectStoreOffer | undefined> {
  if (whyMissing('objectStore')) return undefined;
  let started: Promise<Ceph> | undefined;
  const server = createServer((_, response) => {
    started ??= startCeph(folder);
    started.then(
      ({ endpoint }) => response.end(endpoint),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.close();
    const ceph = await started?.catch(() => undefined);
    ceph?.stop();
  };
  return { port: (server.address() as AddressInfo).port, stop };
}
