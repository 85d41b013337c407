/* `@warmdock/core/registry`: repositories of registries, and images that move between places. */

export { openDockerArchive } from '../content/archive/open-docker-archive.js';
export type { ImageSource, ImageStore } from '../content/content.js';
export { copy } from '../content/copy/copy.js';
export type {
  BlobState,
  CopyOptions,
  CopyProgress,
  CopyResult,
  CopySource,
} from '../content/copy/copy-options.js';
export { imageSource } from '../content/image-source.js';
export { openLayout } from '../content/layout.js';
export { createMemoryStore } from '../content/memory-store.js';
export { openRepository, type RepositoryContext } from '../registry/open-repository.js';
export type { Referrer, ReferrersOptions, Repository } from '../registry/repository.js';
export type { RegistryLogin, RepositoryOptions } from '../registry/repository-options.js';
