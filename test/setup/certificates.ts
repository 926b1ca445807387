import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and its certificate, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** An authority of a test's own, made with openssl: those are `itNeeds('openssl', …)`. */
export interface Authority {
  readonly cert: string;
  /** A certificate for a host, valid between these days from now. */
  issue(host: string, days: { from: number; until: number }): Certificate;
  close(): void;
}

const CONFIG = `[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`;

export function openAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'capops-certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  writeFileSync(join(folder, 'ca.cnf'), CONFIG);
  writeFileSync(join(folder, 'index'), '');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Authority', '-days', '30');
  return {
    cert: read('ca.pem'),
    issue: (host, { from, until }) => {
      openssl('req', ...key, '-keyout', 'own.key', '-out', 'own.csr', '-subj', `/CN=${host}`);
      writeFileSync(join(folder, 'own.ext'), `subjectAltName = DNS:${host}\n`);
      const dates = ['-startdate', inDays(from), '-enddate', inDays(until)];
      const signing = ['-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-extfile', 'own.ext'];
      openssl('ca', '-batch', '-notext', ...signing, ...dates, '-in', 'own.csr', '-out', 'own.pem');
      return { key: read('own.key'), cert: read('own.pem') };
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** `20261122120000Z` */
function inDays(days: number): string {
  const at = new Date(Date.now() + days * 86_400_000).toISOString();
  return `${at.replaceAll(/\D/g, '').slice(0, 14)}Z`;
}
