import type { NoAnswer } from '../ports.ts';

/** What to call whoever was asked, for the words on why no answer came. */
export interface Asked {
  /** Where somebody looks whether it runs: `Look at its log (compose service redis)`. */
  readonly look: string;
  /** The variable that has its address: `REDIS_URL`. */
  readonly setting: string;
}

interface Words {
  readonly says: string;
  readonly next: string;
}

const CLOCKS = 'Look whether the clocks of both machines are right.';
const AUTHORITY =
  'Have it signed by an authority that this machine trusts; NODE_EXTRA_CA_CERTS names a file with further ones.';

/** What is wrong, without an address, and what somebody would do now. */
export function noAnswerWords(because: NoAnswer, { look, setting }: Asked, limitMs: number): Words {
  const check = `Check ${setting}.`;
  const words: Readonly<Record<NoAnswer, Words>> = {
    silent: { says: `No answer within ${showLimit(limitMs)}`, next: look },
    unfinished: { says: `Began to answer, and was not through within ${showLimit(limitMs)}`, next: look },
    refused: { says: 'Connection refused: nobody listens there', next: look },
    unresolved: { says: 'The name of its host cannot be resolved', next: `Check ${setting}, and the name’s DNS.` },
    unreachable: { says: 'There is no way to its host', next: `Check the network, and ${setting}.` },
    'broken off': { says: 'The connection broke off before there was an answer', next: look },
    'certificate expired': { says: 'Its TLS certificate has expired', next: 'Renew the certificate.' },
    'certificate not yet valid': { says: 'Its TLS certificate is not valid yet', next: CLOCKS },
    'certificate of another host': {
      says: 'Its TLS certificate is for another host',
      next: `Check ${setting}, or have the certificate name this host.`,
    },
    'certificate not trusted': { says: 'Its TLS certificate is not trusted here', next: AUTHORITY },
    'no TLS': { says: 'It does not speak TLS', next: check },
    'another protocol': { says: 'Something else answers at its address', next: check },
    'login refused': {
      says: 'It refuses the user or the password',
      next: `Check the user and the password in ${setting}.`,
    },
    'no such database': { says: 'Its server has no database of that name', next: check },
    'no connections left': { says: 'It has no connection left to give', next: look },
    'starting or stopping': { says: 'It is starting or stopping', next: `Wait a minute. ${look}` },
    failed: { says: 'It could not be asked', next: 'CapOps’ log has the reason.' },
  };
  return words[because];
}

/** `3 s`, `250 ms`. */
export function showLimit(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}
