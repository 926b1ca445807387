import { describe, expect, test } from 'vitest';
import { load, refusal } from './loading.ts';

describe('DOCKER_HOST', () => {
  test.each([
    ['', { socketPath: '/var/run/docker.sock' }],
    ['unix:///run/user/1000/docker.sock', { socketPath: '/run/user/1000/docker.sock' }],
    ['tcp://docker-proxy:2375', { protocol: 'http', host: 'docker-proxy', port: 2375 }],
    ['tcp://[::1]:2375', { protocol: 'http', host: '::1', port: 2375 }],
  ])('“%s” is where Docker answers', (DOCKER_HOST, docker) => {
    expect(load({ DOCKER_HOST }, {}).docker).toEqual(docker);
  });

  test.each([
    '/var/run/docker.sock',
    'unix://docker.sock',
    'tcp://docker',
    'https://docker:2376',
    'tcp://a:b@docker:1',
  ])('refuses “%s”', (DOCKER_HOST) => {
    expect(refusal({ DOCKER_HOST }, {})).toContain(`DOCKER_HOST: found “${DOCKER_HOST}”. Allowed: unix:///`);
  });

  const host = 'tcp://docker:2376';
  test('is asked with TLS where docker would', () => {
    const env = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/etc/capops/docker' };
    const docker = { protocol: 'https', host: 'docker', port: 2376, certificates: '/etc/capops/docker' };
    expect(load(env, {}).docker).toEqual(docker);
    expect(load({ DOCKER_TLS_VERIFY: '1' }, {}).docker).toEqual({ socketPath: '/var/run/docker.sock' });
  });

  test.each([
    [{ DOCKER_TLS_VERIFY: 'yes' }, 'DOCKER_TLS_VERIFY: found “yes”. Allowed: 1,'],
    [{ DOCKER_TLS_VERIFY: '1' }, 'DOCKER_CERT_PATH: found nothing. Allowed: with DOCKER_TLS_VERIFY=1 the whole path'],
    [{ DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: 'certs' }, 'DOCKER_CERT_PATH: found “certs”. Allowed:'],
  ])('refuses %j', (env, fault) => {
    expect(refusal({ DOCKER_HOST: host, ...env }, {})).toContain(fault);
  });
});
