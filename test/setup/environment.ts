/** Far from UTC and with daylight saving, so that every test is also a test of how time zones are handled. */
export const TEST_TIME_ZONE = 'America/Los_Angeles';

const OURS =
  /^(CAPOPS|SLACK|S3|AWS|PG|HEALTH)_?|^(DATABASE_URL|LEDGER_DATABASE_URL|REDIS_URL|PORT|HEARTBEAT_URL|PAGING_WEBHOOK_URL)$/;
const OURS_TOO = /^(API_GATEWAY_URL|FRONTEND_URL|BACKUP_DIR|AGE_IDENTITY_FILE|NO_COLOR|FORCE_COLOR)$/;

/** Takes a developer's own settings out of the environment, so that no test meets a real database or workspace. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) {
    if (OURS.test(name) || OURS_TOO.test(name)) delete env[name];
  }
  env.TZ = TEST_TIME_ZONE;
}
