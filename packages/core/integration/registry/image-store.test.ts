import { randomUUID } from 'node:crypto';
import { useTestbed } from '@warmdock/testkit';
import { beforeAll, describe, onTestFinished } from 'vitest';
import { imageStoreSuite } from '../../src/content/testing/image-store-suite.js';
import { openRepository } from '../../src/registry/open-repository.js';
import type { Repository } from '../../src/registry/repository.js';
import type { RepositoryOptions } from '../../src/registry/repository-options.js';
import {
  basicRegistry,
  certsDirectory,
  type GuardedRegistry,
  hostsDirectory,
  tlsRegistry,
  tokenRegistry,
} from '../support/registries.js';
import { login } from '../support/registry-gate.js';

imageStoreSuite('a repository of a real registry', async () => {
  const repository = await opened(useTestbed().registry.address);
  onTestFinished(() => repository[Symbol.asyncDispose]());
  return repository;
});

function opened(address: string, options: RepositoryOptions = {}) {
  return openRepository(`${address}/it-${randomUUID()}`, options, {
    env: { HOME: '/nonexistent' },
  });
}

const byLogin = () => ({ login });
const withClient = { withClient: true };

describe.each<
  [
    way: string,
    start: () => Promise<GuardedRegistry>,
    optionsFor: (registry: GuardedRegistry) => RepositoryOptions,
  ]
>([
  ['a Basic login', basicRegistry, byLogin],
  ['a login for tokens', tokenRegistry, byLogin],
  ['an authority in certs.d', tlsRegistry, (of) => ({ certsDirectories: [certsDirectory(of)] })],
  ['an authority in hosts.toml', tlsRegistry, (of) => ({ certsDirectories: [hostsDirectory(of)] })],
  [
    'a client certificate in certs.d',
    () => tlsRegistry({ wantsClient: true }),
    (of) => ({ certsDirectories: [certsDirectory(of, withClient)] }),
  ],
  [
    'a client certificate in hosts.toml',
    () => tlsRegistry({ wantsClient: true }),
    (of) => ({ certsDirectories: [hostsDirectory(of, withClient)] }),
  ],
])('with %s', (way, start, optionsFor) => {
  let repository: Repository;
  beforeAll(async () => {
    const registry = await start();
    repository = await opened(registry.address, optionsFor(registry));
    return async () => {
      await repository[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    };
  });

  imageStoreSuite(`a repository reached with ${way}`, async () => repository);
});
