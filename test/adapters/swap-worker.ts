import { openDatabaseServer } from '../../src/adapters/database-server.ts';

// Swaps two databases over and over until it is killed.
const [url = '', name = ''] = process.argv.slice(2);
const server = openDatabaseServer(url);
process.stdout.write('ready\n');
for (;;) {
  await server.swap({ incoming: name, outgoing: `${name}_was` });
  await server.swap({ incoming: `${name}_was`, outgoing: name });
}
