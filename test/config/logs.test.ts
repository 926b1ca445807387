import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

const file = (logs: string) => ({ 'capops.yml': `environment: staging\nlogs:\n${logs}` });
const faultOf = (logs: string) => refusal({}, file(logs));

describe('the logs in capops.yml', () => {
  test('are files, and services of Docker Compose', () => {
    const logs = '  - { name: api, file: /var/log/api.log }\n  - { name: web, service: web, project: planner }\n';
    expect(load({}, file(logs)).settings.logs).toEqual([
      { name: 'api', file: '/var/log/api.log' },
      { name: 'web', service: 'web', project: 'planner' },
    ]);
  });

  test('of a service belong to the project under compose, where they name none', () => {
    const logs = '  - { name: web, service: web }\n  - { name: other, service: web, project: other }\n';
    const compose = 'compose: { project: planner, services: [api] }\n';
    expect(load({}, file(`${logs}${compose}`)).settings.logs).toEqual([
      { name: 'web', service: 'web', project: 'planner' },
      { name: 'other', service: 'web', project: 'other' },
    ]);
  });

  test.each([
    ['{ name: api }', 'logs[0]: found {"name":"api"}. Allowed: either a file, or a compose service'],
    ['{ name: api, file: /a, service: a }', 'Allowed: either a file, or a compose service'],
    ['{ name: api, file: /a, project: a }', 'Allowed: either a file, or a compose service'],
    ['{ name: api, file: api.log }', 'logs[0].file: found “api.log”. Allowed: a file’s whole path'],
    ['{ name: "", file: /a }', 'logs[0].name: found “”. Allowed: a name of at most 40'],
    ['{ name: api, service: "a b" }', 'logs[0].service: found “a b”. Allowed: a compose service’s name'],
    ['{ name: api, path: /a }', '“path” is not a setting.'],
  ])('refuses %s', (log, fault) => {
    expect(faultOf(`  - ${log}\n`)).toContain(fault);
  });

  test('refuses a name that two logs have', () => {
    expect(faultOf('  - { name: api, file: /a }\n  - { name: api, file: /b }\n')).toContain(
      'logs[1].name: found “api”. Allowed: a name that no other log has',
    );
  });
});
