import type { CallContext } from '../../call-context.js';
import type { Engine } from '../../engine/engine.js';
import { parsePlatform } from '../../oci/platform.js';
import { formatReference, parseReference } from '../../oci/reference.js';
import { checkArgument, checkOptions } from '../../options/check-options.js';
import { type Checks, listOf, number, record, text } from '../../options/checks.js';
import { openRepository } from '../../registry/open-repository.js';
import type { RepositoryOptions } from '../../registry/repository-options.js';
import { checkContext } from '../checks/context.js';
import { engine as anEngine } from '../checks/instances.js';
import { openDownloads } from '../downloads/open-downloads.js';
import { loadImage } from '../load/load-image.js';
import type { LoadResult } from '../plan/load-plan.js';
import { findImage } from './find-image.js';

/** How an image is pulled. */
export interface PullOptions {
  /** Which of the image's platforms, such as `linux/arm64`; default the daemon's. */
  readonly platform?: string | undefined;
  /** Names in the daemon, default the reference itself; of a reference by digest none. */
  readonly tags?: readonly string[] | undefined;
  /** How the registry is reached. */
  readonly registry?: RepositoryOptions | undefined;
  /** About how many bytes of layers travel to the daemon in one archive; default 100 MB. */
  readonly partSizeBytes?: number | undefined;
}

const pullChecks: Checks<PullOptions> = {
  platform: text,
  tags: listOf(text),
  registry: record,
  partSizeBytes: number,
};

/**
 * Brings an image from a registry into the daemon: only the layers that the daemon lacks are
 * downloaded. The daemon itself speaks to no registry: it needs neither a login nor a setting.
 *
 * Of an image for several platforms the daemon has the manifest of its own one. Throws `NOT_FOUND`
 * when there is no such image, `UNSUPPORTED` when it is not there for the platform, and what
 * `openRepository` and `loadImage` throw.
 */
export async function pullImage(
  reference: string,
  engine: Engine,
  options: PullOptions = {},
  context: CallContext = {},
): Promise<LoadResult> {
  checkArgument('pullImage', 'reference', reference, text);
  checkArgument('pullImage', 'engine', engine, anEngine);
  checkOptions('pullImage', options, pullChecks);
  checkContext('pullImage', context);
  const { signal, env } = context;
  const start = performance.now();
  const named = parseReference(reference);
  const tags = options.tags ?? (named.digest ? [] : [formatReference(named)]);
  const notify = (message: string) => context.onProgress?.({ type: 'notice', message });
  const registry = { onNotice: notify, ...options.registry };
  await using repository = await openRepository(reference, registry, { ...(env && { env }) });
  const { platform } = options;
  const wanted =
    platform === undefined
      ? engine.info({ signal }).then((info) => info.platform)
      : parsePlatform(platform);
  const { manifest } = await findImage(repository, named, wanted, { signal });
  const timingsMs = { connect: performance.now() - start, solve: 0 };
  await using content = openDownloads(repository, context);
  const { digest } = manifest;
  const image = {
    digest,
    descriptor: manifest,
    tags,
    content,
    via: 'registry',
    timingsMs,
  } as const;
  return await loadImage(image, engine, { partSizeBytes: options.partSizeBytes }, context);
}
