import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDockerConfig, outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { afterAll, beforeAll } from 'vitest';

const proxies = { default: { httpProxy: 'http://proxy.test:8080', noProxy: 'near.test' } };

/** An environment in which docker and warmdock build on the same remote builder; empty before the tests begin. */
export function useRemoteBuilder(address = () => useTestbed().buildkits[0]?.address ?? '') {
  const env: Record<string, string> = {};
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'warmdock-config-'));
    Object.assign(env, {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      DOCKER_CONFIG: await makeDockerConfig(join(folder, 'docker'), { proxies }),
      BUILDX_BUILDER: 'shared',
    });
    const create = ['buildx', 'create', '--name', 'shared', '--driver', 'remote', address()];
    await outputOf(runDocker(create, { env }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return env;
}
