import { onTestFinished } from 'vitest';
import { openRepository } from '../../src/registry/open-repository.js';
import type { Repository } from '../../src/registry/repository.js';
import type { RepositoryOptions } from '../../src/registry/repository-options.js';

/** Nothing of this machine's settings. */
export const bareContext = { env: { HOME: '/nonexistent' } };

/** A repository that is closed with the test. */
export async function opened(
  reference: string,
  options: RepositoryOptions = {},
): Promise<Repository> {
  const repository = await openRepository(reference, options, bareContext);
  onTestFinished(() => repository[Symbol.asyncDispose]());
  return repository;
}
