/* `@warmdock/core/registry`: repositories of registries, and images that move between places. */

export type { ImageSource, ImageStore } from '../content/content.js';
export {
  type BlobState,
  type CopyOptions,
  type CopyProgress,
  type CopyResult,
  type CopySource,
  copy,
} from '../content/copy/copy.js';
export { openLayout } from '../content/layout.js';
export { createMemoryStore } from '../content/memory-store.js';
export {
  openRepository,
  type RegistryLogin,
  type RepositoryContext,
  type RepositoryOptions,
} from '../registry/open-repository.js';
export type { Referrer, ReferrersOptions, Repository } from '../registry/repository.js';
