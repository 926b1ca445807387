import { Start } from '../../models/start.ts';
import { type Board, tendApprovals } from '../approving/approval-board.ts';
import { startBackupUpkeep } from '../backups/backup-upkeep.ts';
import { startSizeUpkeep } from '../database/note-sizes.ts';
import { startEmergencyUpkeep } from '../emergencies/emergency-upkeep.ts';
import { startAccessUpkeep } from '../expiring/access-upkeep.ts';
import { startHealthUpkeep } from '../health/health-upkeep.ts';
import { slackIdIn } from '../person-behind.ts';
import { startRestoreUpkeep } from '../restoring/restore-upkeep.ts';
import { pruneSlots } from '../scheduling/prune-slots.ts';
import { anchorAfter } from './anchor.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { reconcile } from './reconcile.ts';

const SEEN_EVERY_MS = 30_000;
const SETTLE_EVERY_MS = 60_000;
/** What this process decides is seen at once; this is for the terminal's decisions, other replicas' and the clock's. */
const TEND_EVERY_MS = 5_000;
const PRUNE_EVERY_MS = 86_400_000;

/** What a bot does beside answering: it says that it is there, and goes on with what those who are not left behind. */
export interface Upkeep {
  /** Ends it, and says in the ledger that this start has ended in order. */
  stop(): Promise<void>;
}

interface Charge extends Board {
  readonly startId: string;
}

/** Begins at once. `tell` gives somebody in Slack a sentence, privately. */
export function startUpkeep(
  { startId, ...board }: Charge,
  tell: (userId: string, sentence: string) => Promise<void>,
): Upkeep {
  const { ports, service } = board;
  const {
    databases: { ledger },
    clock,
    log,
  } = ports;
  const attempt = async (what: string, work: () => Promise<void>) => {
    await work().catch((error: unknown) => log.warn({ err: error }, what));
  };
  const seen = () =>
    attempt('the ledger could not be told that CapOps is there', () => Start.seen(ledger, startId, clock.now()));
  const settle = async () => {
    await attempt('requests that were cut off could not be taken up', service.takeUp);
    await attempt('interrupted runs could not be settled', async () => {
      for (const { run, sentence } of await reconcile(ports)) {
        log.warn({ runId: run.id, operation: run.operation }, sentence);
        const userId = slackIdIn(run.actorId);
        if (userId) await attempt('the asker of an interrupted run could not be told', () => tell(userId, sentence));
      }
    });
  };
  const tend = oneAtATime(() =>
    attempt('requests for a second person could not be seen to', () => tendApprovals(board)),
  );
  const prune = () =>
    attempt('old slots of the schedule could not be forgotten', async () => void (await pruneSlots(ports)));
  service.watch({ waiting: tend, dangerous: (run) => anchorAfter(ports, board, run) });
  const timers = [
    setInterval(seen, SEEN_EVERY_MS),
    setInterval(settle, SETTLE_EVERY_MS),
    setInterval(tend, TEND_EVERY_MS),
    setInterval(prune, PRUNE_EVERY_MS),
  ];
  const first = Promise.all([settle(), prune()]);
  const backups = startBackupUpkeep(board);
  const access = startAccessUpkeep(board);
  const sizes = startSizeUpkeep(ports);
  const health = startHealthUpkeep(board);
  const emergencies = startEmergencyUpkeep(board);
  const restores = startRestoreUpkeep(board);
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      const parts = [backups, access, sizes, health, emergencies, restores];
      await Promise.all([first, tend(), ...parts.map((part) => part.stop())]);
      await attempt('the ledger could not be told that CapOps has ended', () =>
        Start.ended(ledger, startId, clock.now()),
      );
    },
  };
}
