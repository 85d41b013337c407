import type { CallContext } from '../../call-context.js';
import { readBlob } from '../../content/read-blob.js';
import type { Engine } from '../../engine/engine.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { parseImageConfig } from '../../oci/image-config.js';
import { parseManifest } from '../../oci/manifest.js';
import { defaultPlatform, formatPlatform, parsePlatform } from '../../oci/platform.js';
import { formatReference, parseReference } from '../../oci/reference.js';
import { checkArgument, checkOptions } from '../../options/check-options.js';
import { type Checks, record, text } from '../../options/checks.js';
import { openRepository } from '../../registry/open-repository.js';
import type { RepositoryOptions } from '../../registry/repository-options.js';
import { checkContext } from '../checks/context.js';
import { engine as anEngine } from '../checks/instances.js';
import { planLoad } from '../compare/plan-load.js';
import { findImage } from './find-image.js';

/** Which image is looked at, and what it is compared with. */
export interface InspectRegistryImageOptions {
  /** Which of the image's platforms, such as `linux/arm64`; default the daemon's, or this machine's. */
  readonly platform?: string | undefined;
  /** A daemon to compare with: what would a load send? Nothing is loaded. */
  readonly engine?: Engine | undefined;
  /** How the registry is reached. */
  readonly registry?: RepositoryOptions | undefined;
}

/** An image as a registry has it. */
export interface RegistryImage {
  /** In full, such as `docker.io/library/debian:latest`. */
  readonly reference: string;
  /** Of what the reference names: an index, or a manifest. */
  readonly digest: Digest;
  readonly mediaType: string;
  /** All that the image is there for, such as `linux/amd64`; empty when nobody told. */
  readonly platforms: readonly string[];
  /** That of the manifest which is shown. */
  readonly platform: string;
  readonly manifestDigest: Digest;
  readonly configDigest: Digest;
  /** From the bottom up. */
  readonly layers: readonly Descriptor[];
  /** Those of them that the daemon lacks; only where one was given. */
  readonly missing?: readonly Descriptor[];
}

const inspectChecks: Checks<InspectRegistryImageOptions> = {
  platform: text,
  engine: anEngine,
  registry: record,
};

/**
 * Looks at an image in its registry: platforms, layers, and what a daemon lacks of it.
 *
 * Throws `NOT_FOUND`, `UNSUPPORTED` when it is not there for the platform, and what `openRepository`
 * throws.
 */
export async function inspectRegistryImage(
  reference: string,
  options: InspectRegistryImageOptions = {},
  context: CallContext = {},
): Promise<RegistryImage> {
  checkArgument('inspectRegistryImage', 'reference', reference, text);
  checkOptions('inspectRegistryImage', options, inspectChecks);
  checkContext('inspectRegistryImage', context);
  const { signal, env } = context;
  const { engine, platform, registry = {} } = options;
  const named = parseReference(reference);
  await using repository = await openRepository(reference, registry, { ...(env && { env }) });
  const wanted =
    platform !== undefined ? parsePlatform(platform) : await platformOf(engine, signal);
  const { root, manifest, platforms } = await findImage(repository, named, wanted, { signal });
  const { config, layers } = parseManifest(await readBlob(repository, manifest, { signal }));
  const { platform: shown } = parseImageConfig(await readBlob(repository, config, { signal }));
  const image = {
    reference: formatReference(named),
    digest: root.digest,
    mediaType: root.mediaType,
    platforms: (platforms.length > 0 ? platforms : [shown]).map(formatPlatform),
    platform: formatPlatform(shown),
    manifestDigest: manifest.digest,
    configDigest: config.digest,
    layers,
  };
  if (!engine) return image;
  const timingsMs = { connect: 0, solve: 0 };
  const loadable = { ...manifest, descriptor: manifest, tags: [], content: repository, timingsMs };
  const plan = await planLoad(loadable, engine, {}, context);
  return { ...image, missing: 'missing' in plan ? plan.missing : [] };
}

async function platformOf(engine: Engine | undefined, signal: AbortSignal | undefined) {
  return engine ? (await engine.info({ signal })).platform : defaultPlatform();
}
