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
  stop(): Promise<void>;
}

const FLAGS = ['--iptables=false', '--ip6tables=false', '--bridge=none', '--ip-forward=false', '--oom-score-adjust=0'];
const IMAGE = 'localhost/shell:1';

/** Needs root, and the packages that `itNeeds('docker')` names. */
export async function startEngine(): Promise<Engine> {
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
  const engine = spawn('dockerd', [...own, '-H', `unix://${socketPath}`, ...FLAGS], { stdio: 'ignore', cwd: '/' });
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
    say: ({ service, project = 'planner', script, terminal }) => {
      const labels = [
        '--label',
        `com.docker.compose.project=${project}`,
        '--label',
        `com.docker.compose.service=${service}`,
      ];
      docker('run', '--network', 'none', ...(terminal ? ['-t'] : []), ...labels, IMAGE, 'sh', '-c', script);
    },
    stop,
  };
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
  for (const name of ['sh', 'yes', 'head', 'seq']) symlinkSync('busybox', join(root, 'bin', name));
  const archive = join(folder, 'image.tar');
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  docker('import', archive, IMAGE);
}
