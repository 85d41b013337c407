import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { openRepository } from './open-repository.js';
import type { Repository } from './repository.js';
import type { RepositoryOptions } from './repository-options.js';

/** No login, proxy or certificate of the machine that runs the tests. */
export const env = { DOCKER_CONFIG: '/nonexistent', HOME: '/nonexistent' };

/** A fake registry that ends with the test. */
export async function fakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const registry = await startFakeRegistry(options);
  onTestFinished(() => registry[Symbol.asyncDispose]());
  return registry;
}

/** Opens a repository of it, which ends with the test. */
export async function opened(
  registry: FakeRegistry,
  path = 'team/app',
  options: RepositoryOptions = {},
): Promise<Repository> {
  const quick = { plainHttp: true, certsDirectories: [], stallMs: 500, ...options };
  const repository = await openRepository(`${registry.host}/${path}`, quick, { env });
  onTestFinished(() => repository[Symbol.asyncDispose]());
  return repository;
}

/** All of a list. */
export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
