import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SlotCounts } from '../../src/domain/retention-slots.ts';

const run = promisify(execFile);

/**
 * An empty repository (of version 2) with the password `test`. `restic init` makes one whose password takes each command
 * half a second of a processor to check; this one's key is derived in no time (scrypt with N = 2).
 */
const CONFIG = [
  '5UA1qQpTN6PVdL+soW7p7J50BUfK35gEzZljiH9+7LGIXnEW2RUAsR6Ta3aPkh666ZNWzeVRZ6pxOKLLYgD/uuT/+RUIuo3tHpug',
  'ytJA0lcAvVuyhHvl6AkMJERJ2TLFFCAo0MSNRPBwfYD0//Ib3levSKEz3azlRzpJsPu2/2ZJ4xMJVLuw12+rAsK0pkAd/XTOGuEX',
  'DJ3VwRE=',
].join('');
const KEY = JSON.stringify({
  created: '2026-01-01T00:00:00Z',
  username: '',
  hostname: '',
  kdf: 'scrypt',
  N: 2,
  r: 1,
  p: 1,
  salt: 'N+QHGbbm21AY02ZG99rkGYS7ZBVeI5pPq8jwKXQVqT88IMyRmP914ixFU88MM8tl7eB0Z+6AfN9zCOUTE5AK9g==',
  data: [
    'Qpr5ULGImZ2eIRRtSxtY9YG4Yvils4pNkaCEwQVxjSfJSkar7VkbnwxbGe2nSJGzfFFpRsTw8ovfDRvorL1L5/PcIGsIK0BTz/fW',
    'WU8HkRRkIF4RwsgeqlYUsl7FuboQBQrjn0fb7fSa7Coc7teYHokKb2y0PjR0B89Oapz409c8KAvNad3qVtDUaTx7Efuff6+i5NLC',
    'fpdOn++hXvEa7Q==',
  ].join(''),
});

/** A snapshot that `forget` keeps: its moment, and the rules that keep it, such as `daily`. */
export interface Kept {
  readonly takenAt: Date;
  readonly rules: readonly string[];
}

interface Snapshot {
  readonly time: string;
  readonly hostname: string;
}

/** A repository of snapshots in a folder of its own. */
export interface Restic extends AsyncDisposable {
  /** Makes a snapshot of that moment on the wall, `2026-10-25 01:30:07`, in the zone. */
  backup(host: string, wallTime: string, timeZone: string): Promise<void>;
  snapshots(): Promise<readonly Snapshot[]>;
  /** What would be kept, by host. Nothing is removed. */
  forget(counts: SlotCounts): Promise<ReadonlyMap<string, readonly Kept[]>>;
}

export async function openRestic(): Promise<Restic> {
  const folder = await mkdtemp(join(tmpdir(), 'capops-restic-'));
  const repository = join(folder, 'repository');
  await makeRepository(repository);
  const file = join(folder, 'file');
  await writeFile(file, 'The same for all.');
  const restic = async (args: readonly string[], timeZone = 'UTC') => {
    const env = { PATH: process.env.PATH, HOME: folder, RESTIC_PASSWORD: 'test', TZ: timeZone };
    const { stdout } = await run('restic', ['--repo', repository, '--no-cache', ...args], { env });
    return stdout;
  };
  return {
    async backup(host, wallTime, timeZone) {
      await restic(['backup', '--quiet', '--host', host, '--time', wallTime, file], timeZone);
    },
    async snapshots() {
      return JSON.parse(await restic(['--json', '--no-lock', 'snapshots']));
    },
    async forget(counts) {
      const keeps = Object.entries(counts).flatMap(([rule, count]) =>
        count > 0 ? [`--keep-${rule}`, `${count}`] : [],
      );
      const answer = await restic(['--json', '--no-lock', 'forget', '--dry-run', '--group-by', 'host', ...keeps]);
      return new Map((JSON.parse(answer) as Group[]).map(({ host, reasons }) => [host, reasons.flatMap(keptOf)]));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function makeRepository(folder: string): Promise<void> {
  await mkdir(join(folder, 'keys'), { recursive: true });
  await writeFile(join(folder, 'config'), Buffer.from(CONFIG, 'base64'));
  await writeFile(join(folder, 'keys', createHash('sha256').update(KEY).digest('hex')), KEY);
}

interface Group {
  readonly host: string;
  readonly reasons: readonly { readonly snapshot: Snapshot; readonly matches: readonly string[] }[];
}

/** Without the very oldest, which restic keeps from 0.16 on while counts remain. */
function keptOf({ snapshot, matches }: Group['reasons'][number]): Kept[] {
  const rules = matches.filter((match) => !match.startsWith('oldest')).map((match) => match.replace(' snapshot', ''));
  return rules.length > 0 ? [{ takenAt: new Date(snapshot.time), rules: rules.sort() }] : [];
}
