import type { Client } from 'pg';
import type { Config } from '../config.ts';
import type { DatabaseAnswers, DatabaseExam, Examiner, ExamLook, Log, LoginRefusal, Sight } from '../ports.ts';
import { endSession, findSession } from './end-session.ts';
import { beginTls, openPort, resolveName, type Target, targetOf } from './examine-address.ts';
import { askRights, askUnfinishedMigrations } from './examine-platform.ts';
import { askActivity, askConnections, askServer, askSize, settle } from './examine-questions.ts';
import { loginRefusal } from './login-refusal.ts';
import { openOwnConnection } from './own-connection.ts';
import { sightOf } from './probe-sight.ts';

/** A question that takes longer is given up, and the next one asked. */
const QUESTION_MS = 1_200;
const NAMES = { platform: 'database', ledger: 'ledger' } as const;

type Step = <T extends object>(what: string, work: () => Promise<T>) => Promise<Sight<T>>;

/** Nothing is connected before it is asked. What went wrong is logged, addresses too. */
export function openExaminer(config: Pick<Config, 'databaseUrl' | 'ledgerDatabaseUrl'>, log: Log): Examiner {
  const urls = { platform: config.databaseUrl, ledger: config.ledgerDatabaseUrl };
  const [one, other] = [targetOf(urls.platform), targetOf(urls.ledger)];
  return {
    isOneServer: one.host === other.host && one.port === other.port,
    examine: (which, look) => {
      const step: Step = (what, work) =>
        sightOf({ service: `${NAMES[which]}: ${what}`, log }, { signal: look.signal, isVerbose: false }, work);
      return examine(urls[which], step, look);
    },
    findSession: (pid, signal) => findSession(urls.platform, pid, signal),
    endSession: (session, signal) => endSession(urls.platform, session, signal),
  };
}

async function examine(url: string, step: Step, look: ExamLook): Promise<DatabaseExam> {
  const target = targetOf(url);
  const { isHere, user, database } = target;
  const reached = await reach(target, step, look.signal);
  const exam = { isHere, user, database, ...reached };
  if (!reached.tls?.isAnswered) return exam;
  return { ...exam, ...(await logIn(url, target, { step, look })) };
}

/** As far as TLS, on one connection that is broken off behind it. */
async function reach(
  target: Target,
  step: Step,
  signal: AbortSignal,
): Promise<Pick<DatabaseExam, 'name' | 'port' | 'tls'>> {
  const name = await step('name', () => resolveName(target));
  if (!name.isAnswered) return { name };
  const opened = await step('port', async () => ({ socket: await openPort(target, signal) }));
  if (!opened.isAnswered) return { name, port: opened };
  const { socket, ...port } = opened;
  const tls = await step('TLS', () => beginTls(socket, target));
  socket.destroy();
  return { name, port, tls };
}

interface Way {
  readonly step: Step;
  readonly look: ExamLook;
}

async function logIn(url: string, { isHere }: Target, { step, look }: Way): Promise<Partial<DatabaseExam>> {
  const { client, end } = openOwnConnection(url, look.signal, 'capops diagnosis');
  const said: { refusal?: LoginRefusal } = {};
  try {
    const login = await step('login', async () => {
      await client.connect().catch((error: unknown) => {
        const refusal = loginRefusal(error);
        if (refusal) said.refusal = refusal;
        throw error;
      });
      return {};
    });
    if (!login.isAnswered) return { login, ...said };
    const select = await step('SELECT 1', async () => {
      await settle(client, QUESTION_MS);
      await client.query('SELECT 1');
      return {};
    });
    if (!select.isAnswered) return { login, select };
    const server = await step('server', () => askServer(client));
    return { login, select, server, ...(look.isWhole ? { asked: await askAll(client, isHere, step) } : {}) };
  } finally {
    end();
  }
}

async function askAll(client: Client, isHere: boolean, step: Step): Promise<DatabaseAnswers> {
  return {
    activity: await step('activity', () => askActivity(client)),
    connections: await step('connections', () => askConnections(client)),
    rights: await step('rights', () => askRights(client)),
    migrations: await step('migrations', () => askUnfinishedMigrations(client)),
    size: await step('size', () => askSize(client, isHere)),
  };
}
