import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Docker Engine of a test's own, without networks; it has one image, with a shell and nothing else. */
export interface Engine {
  readonly socketPath: string;
  /** The docker program, asked here; what it prints. */
  docker(...args: string[]): string;
  /** Runs a shell script in a container of a compose service, to its end. */
  say(wanted: {
    readonly service: string;
    readonly project?: string;
    readonly script: string;
    readonly terminal?: true;
  }): void;
  /** Starts a container of a compose service that ends at once when it is stopped; its id. `options` are those of `docker run`. */
  start(wanted: {
    readonly service: string;
    readonly project?: string;
    readonly script: string;
    readonly options?: readonly string[];
  }): string;
  /** Removes all containers. */
  clear(): void;
  stop(): Promise<void>;
}

/** Where it answers with TLS, too, to whoever has a certificate of this authority’s: the paths of its files. */
export interface EngineTls {
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The end of a script that goes on until it is told to end. */
export const UNTIL_STOPPED = 'while :; do sleep 60; done';

const FLAGS = ['--iptables=false', '--ip6tables=false', '--bridge=none', '--ip-forward=false', '--oom-score-adjust=0'];
const IMAGE = 'localhost/shell:1';

/** Needs root, and the packages that `itNeeds('docker')` names. */
export async function startEngine({ tls }: { readonly tls?: EngineTls } = {}): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'capops-docker-'));
  const socketPath = join(folder, 'docker.sock');
  const own = [
    '--data-root',
    join(folder, 'data'),
    '--exec-root',
    join(folder, 'exec'),
    '--pidfile',
    join(folder, 'pid'),
  ];
  const hosts = ['-H', `unix://${socketPath}`, ...(tls ? secured(tls) : [])];
  const engine = spawn('dockerd', [...own, ...hosts, ...FLAGS], { stdio: 'ignore', cwd: '/' });
  const docker = (...args: string[]) =>
    execFileSync('docker', ['-H', `unix://${socketPath}`, ...args], {
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  const stop = async () => {
    if (engine.exitCode === null && engine.kill('SIGTERM')) await once(engine, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(
      () => docker('version'),
      () => engine.exitCode,
    );
    importImage(folder, docker);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    socketPath,
    docker,
    say: ({ script, terminal, ...wanted }) => {
      docker('run', ...composed(wanted), ...(terminal ? ['-t'] : []), IMAGE, 'sh', '-c', script);
    },
    start: ({ script, options = [], ...wanted }) =>
      docker('run', '-d', '--stop-signal', 'KILL', ...composed(wanted), ...options, IMAGE, 'sh', '-c', script).trim(),
    clear: () => {
      const all = docker('ps', '-aq').split('\n').filter(Boolean);
      if (all.length > 0) docker('rm', '-f', ...all);
    },
    stop,
  };
}

function secured({ port, ca, cert, key }: EngineTls): string[] {
  return ['-H', `tcp://127.0.0.1:${port}`, '--tlsverify', `--tlscacert=${ca}`, `--tlscert=${cert}`, `--tlskey=${key}`];
}

function composed({ service, project = 'planner' }: { readonly service: string; readonly project?: string }): string[] {
  const labels = [`com.docker.compose.project=${project}`, `com.docker.compose.service=${service}`];
  return ['--network', 'none', ...labels.flatMap((label) => ['--label', label])];
}

async function answers(ask: () => void, ended: () => number | null): Promise<void> {
  for (let tries = 0; tries < 150 && ended() === null; tries++) {
    try {
      ask();
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('dockerd did not start');
}

function importImage(folder: string, docker: Engine['docker']): void {
  const root = join(folder, 'image');
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyFileSync(execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim(), join(root, 'bin', 'busybox'));
  for (const name of ['sh', 'yes', 'head', 'seq', 'sleep', 'cat', 'touch'])
    symlinkSync('busybox', join(root, 'bin', name));
  const archive = join(folder, 'image.tar');
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  docker('import', archive, IMAGE);
}
