import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../workbench/postgres.ts';

/** A store that speaks S3, on 127.0.0.1. */
export type Ceph = { endpoint: string; stop(): void };

/** Who may do all. */
export const CEPH_KEYS = { accessKeyId: 'capopsbackup', secretAccessKey: 'capopsbackupsecret' };

const READY_SECONDS = 60;
const run = promisify(execFile);

/** Starts a Ceph of one monitor, one store in memory and one S3 gateway, in about 13 s, 760 MB of memory. */
export async function startCeph(folder: string): Promise<Ceph> {
  for (const name of ['mon', 'osd', 'rgw', 'asok', 'log']) mkdirSync(join(folder, name), { recursive: true });
  const [port, first, second] = [await freePort(), await freePort(), await freePort()];
  const fsid = randomUUID();
  writeFileSync(join(folder, 'ceph.conf'), settingsOf(folder, { fsid, port, first, second }));
  const configured = ['-c', join(folder, 'ceph.conf')];
  await startMonitor(folder, configured, { fsid, addresses: `[v2:127.0.0.1:${first},v1:127.0.0.1:${second}]` });
  await startStore(configured);
  const user = ['user', 'create', '--uid', 'capops', '--display-name', 'capops'];
  const keys = ['--access-key', CEPH_KEYS.accessKeyId, '--secret', CEPH_KEYS.secretAccessKey];
  await run('radosgw-admin', [...configured, ...user, ...keys]);
  const files = ['--log-file', join(folder, 'log/rgw.log'), '--pid-file', join(folder, 'rgw.pid')];
  await run('radosgw', [
    ...configured,
    '-n',
    'client.admin',
    ...files,
    '--admin-socket',
    join(folder, 'asok/rgw.asok'),
  ]);
  await answering(`http://127.0.0.1:${port}/`);
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => stop(folder) };
}

async function startMonitor(
  folder: string,
  configured: string[],
  { fsid, addresses }: { fsid: string; addresses: string },
): Promise<void> {
  const [keyring, monmap] = [join(folder, 'keyring'), join(folder, 'monmap')];
  const all = ['--cap', 'mon', 'allow *'];
  await run('ceph-authtool', ['--create-keyring', keyring, '--gen-key', '-n', 'mon.', ...all]);
  const admin = ['--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'];
  await run('ceph-authtool', [keyring, '--gen-key', '-n', 'client.admin', ...all, ...admin]);
  await run('monmaptool', ['--create', '--clobber', '--addv', 'a', addresses, '--fsid', fsid, monmap]);
  await run('ceph-mon', [...configured, '--mkfs', '-i', 'a', '--monmap', monmap, '--keyring', keyring]);
  await run('ceph-mon', [...configured, '-i', 'a']);
}

async function startStore(configured: string[]): Promise<void> {
  const id = randomUUID();
  await run('ceph', [...configured, 'osd', 'new', id, '0']);
  await run('ceph-osd', [...configured, '-i', '0', '--mkfs', '--osd-uuid', id]);
  await run('ceph-osd', [...configured, '-i', '0']);
}

async function answering(url: string): Promise<void> {
  for (const end = Date.now() + READY_SECONDS * 1000; Date.now() < end; await sleep(100)) {
    if (await fetch(url).catch(() => undefined)) return;
  }
  throw new Error(`The S3 gateway does not answer after ${READY_SECONDS} s`);
}

/** It keeps nothing. */
function stop(folder: string): void {
  for (const file of globSync(join(folder, '*.pid'))) {
    const pid = Number(readFileSync(file, 'utf8'));
    if (!(pid > 1)) continue; // Nought would mean ourselves.
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Without the line about `ms_mon_client_mode`, and the three about `auth`, the gateway waits 300 s. */
function settingsOf(
  folder: string,
  { fsid, port, first, second }: Record<'port' | 'first' | 'second', number> & { fsid: string },
): string {
  return `[global]
fsid = ${fsid}
mon_host = [v2:127.0.0.1:${first},v1:127.0.0.1:${second}]
mon_initial_members = a
ms_mon_client_mode = crc
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
run_dir = ${folder}/asok
admin_socket = ${folder}/asok/$name.asok
log_file = ${folder}/log/$name.log
pid_file = ${folder}/$name.pid
crash_dir = ${folder}/crash
keyring = ${folder}/keyring
mon_data = ${folder}/mon
osd_data = ${folder}/osd
osd_pool_default_size = 1
osd_pool_default_min_size = 1
mon_allow_pool_size_one = true
osd_crush_chooseleaf_type = 0
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
mon_max_pg_per_osd = 1000
mon_data_avail_warn = 1
mon_data_avail_crit = 1
osd_objectstore = memstore
memstore_device_bytes = 4294967296
rgw_frontends = beast endpoint=127.0.0.1:${port}
rgw_data = ${folder}/rgw
`;
}
