import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../setup/run-cli.ts';

function run(statements: string): { stdout: string; stderr: string } {
  const script = `import { openLog } from './src/adapters/log.ts'; ${statements}`;
  const args = ['--input-type=module-typescript', '-e', script];
  return spawnSync(process.execPath, args, { cwd: PROJECT_ROOT, encoding: 'utf8' });
}

test('an event is one line of JSON on stdout, or on stderr where that is asked for', () => {
  const said = run(
    "openLog({ level: 'info' }).info({ runId: 'r1' }, 'run'); openLog({ level: 'info', to: 'stderr' }).warn({}, 'careful')",
  );
  expect(JSON.parse(said.stdout)).toEqual({
    level: 'info',
    time: expect.stringMatching(/Z$/),
    runId: 'r1',
    msg: 'run',
  });
  expect(JSON.parse(said.stderr)).toMatchObject({ level: 'warn', msg: 'careful' });
});

test('what is below the level is not said', () => {
  const said = run("for (const level of ['warn', 'silent'] as const) openLog({ level }).info({}, 'run')");
  expect(said).toMatchObject({ stdout: '', stderr: '' });
});

test('an error is there with its stack and its cause', () => {
  const { stdout } = run(
    "openLog({ level: 'info' }).error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed')",
  );
  expect(JSON.parse(stdout).err).toMatchObject({
    message: expect.stringContaining('outer'),
    stack: expect.stringContaining('inner'),
  });
});

test('secrets are left out, wherever they stand', () => {
  const secrets = ['xoxb-12-34-abC', 'xapp-1-A-2-f', 'pa55%40word', 'T1/B2/abcdef'];
  const { stdout } = run(`
    const log = openLog({ level: 'info' });
    log.info({ token: 'xoxb-12-34-abC', nested: { list: ['xapp-1-A-2-f'] } }, 'Bearer xoxb-12-34-abC');
    log.error({ err: new Error('no way to postgresql://capops:pa55%40word@db.example:5432/x') }, 'failed');
    log.info({ url: 'https://hooks.slack.com/T1/B2/abcdef' }, 'respond');`);
  for (const secret of secrets) expect(stdout).not.toContain(secret);
  for (const line of stdout.trim().split('\n')) JSON.parse(line);
  expect(stdout).toContain('postgresql://capops:[secret]@db.example:5432/x');
});
