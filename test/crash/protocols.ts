import type { Protocol } from './gate.ts';

const QUERY = 'Q'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);
/** SSLRequest and GSSENCRequest. */
const ASKS = [80877103, 80877104];
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

/** PostgreSQL's wire: each statement, behind those of its transaction before it, one a line. */
export const postgres: Protocol = {
  reader: () => {
    let rest: Buffer = Buffer.alloc(0);
    let isGreeted = false;
    let transaction = '';
    return (bytes) => {
      const found: string[] = [];
      rest = Buffer.concat([rest, bytes]);
      for (;;) {
        // The first message has no letter before its length.
        const at = isGreeted ? 1 : 0;
        if (rest.length < at + 4) return found;
        const end = at + rest.readUInt32BE(at);
        if (rest.length < end) return found;
        const statement = isGreeted ? statementIn(rest.subarray(0, end)) : undefined;
        // libpq asks first whether this may be encrypted.
        isGreeted ||= !ASKS.includes(rest.readUInt32BE(4));
        rest = rest.subarray(end);
        if (statement === undefined) continue;
        transaction = /^BEGIN\b/i.test(statement) ? statement : `${transaction}\n${statement}`;
        found.push(transaction);
        if (!/^BEGIN\b/i.test(transaction) || /^(COMMIT|ROLLBACK)\b/i.test(statement)) transaction = '';
      }
    };
  },
  endsWith: (bytes) => bytes.subarray(-6, -1).equals(READY),
};

function statementIn(message: Buffer): string | undefined {
  const [letter] = message;
  if (letter === QUERY) return message.toString('utf8', 5, message.length - 1);
  if (letter !== PARSE) return undefined;
  // The statement's own name stands before its text.
  const text = message.indexOf(0, 5) + 1;
  return message.toString('utf8', text, message.indexOf(0, text));
}

/** HTTP, as far as it goes here: the request so far, with its head and body. */
export const http: Protocol = {
  reader: () => {
    let request = '';
    return (bytes) => {
      const text = bytes.toString('utf8');
      request = /^(GET|POST) /.test(text) ? text : request + text;
      return [request];
    };
  },
  // Whatever comes back, the work was done before.
  endsWith: () => true,
};
