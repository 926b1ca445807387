import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openExaminer } from '../../src/adapters/examine-database.ts';

const quiet = () => undefined;
const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet };

test('goes as far as it can where a file of certificates has gone since the start', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const at = (database: string) =>
    `postgresql://clerk:word@127.0.0.1:${port}/${database}?sslmode=verify-full&sslrootcert=/gone/authority.pem`;
  const { isOneServer, examine } = openExaminer(
    { databaseUrl: at('planner'), ledgerDatabaseUrl: at('planner_capops') },
    LOG,
  );
  expect(isOneServer).toBe(true);
  const exam = await examine('platform', { signal: AbortSignal.timeout(3000), isWhole: true });
  expect(exam).toMatchObject({
    ...{ isHere: true, user: 'clerk', database: 'planner' },
    name: { isAnswered: true },
    port: { isAnswered: true },
    tls: {
      isAnswered: false,
      because: 'failed',
      sentence: 'A file of certificates that its address names cannot be read: /gone/authority.pem (ENOENT)',
    },
  });
  expect(exam).not.toHaveProperty('login');
});
