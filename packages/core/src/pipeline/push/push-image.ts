import type { CallContext } from '../../call-context.js';
import type { ContentSource } from '../../content/content.js';
import { copy } from '../../content/copy/copy.js';
import type { CopyOptions, CopyProgress, CopyResult } from '../../content/copy/copy-options.js';
import { imageSource } from '../../content/image-source.js';
import { readBlob } from '../../content/read-blob.js';
import type { Engine } from '../../engine/engine.js';
import { WarmdockError } from '../../errors.js';
import { type Descriptor, isAttestation } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { parseIndex } from '../../oci/manifest.js';
import { kindOf } from '../../oci/media-types.js';
import { formatPlatform } from '../../oci/platform.js';
import { formatReference, parseReference, type Reference } from '../../oci/reference.js';
import { checkArgument, checkOptions } from '../../options/check-options.js';
import { type Checks, callback, record, text } from '../../options/checks.js';
import { registryLogin } from '../../registry/login/registry-credentials.js';
import { openRepository } from '../../registry/open-repository.js';
import type { RepositoryOptions } from '../../registry/repository-options.js';
import { checkContext } from '../checks/context.js';
import { engine as anEngine } from '../checks/instances.js';
import { engineImages } from './engine-images.js';

/** How an image is pushed. */
export interface PushOptions {
  /** The name in the registry, default the image's own. */
  readonly to?: string | undefined;
  /** How the registry is reached; with the classic store the daemon reaches it by its own settings. */
  readonly registry?: RepositoryOptions | undefined;
  /** Hears of each blob that moves; not with the classic store. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
}

/** What a push has come to. */
export interface PushResult {
  /** In full, such as `docker.io/library/app:1.0`. */
  readonly reference: string;
  /** Of the manifest or index in the registry. */
  readonly digest: Digest;
  /** `content`: read from the daemon and copied here; `daemon`: pushed by the daemon itself. */
  readonly by: 'content' | 'daemon';
  /** What became of configs and layers; only by `content`. */
  readonly copied?: Pick<CopyResult, 'blobs' | 'movedBytes'>;
}

const pushChecks: Checks<PushOptions> = { to: text, registry: record, onProgress: callback };

/**
 * Pushes an image of the daemon to a registry: only what the registry lacks.
 *
 * From the containerd store blobs are copied here, with all that `copy` and `openRepository` can. The
 * classic store keeps no blobs: there the daemon pushes, by its own rules and with docker's login.
 * Throws `NOT_FOUND` when the daemon has no such image, and what `copy` and `openRepository` throw.
 */
export async function pushImage(
  image: string,
  engine: Engine,
  options: PushOptions = {},
  context: CallContext = {},
): Promise<PushResult> {
  checkArgument('pushImage', 'image', image, text);
  checkArgument('pushImage', 'engine', engine, anEngine);
  checkOptions('pushImage', options, pushChecks);
  checkContext('pushImage', context);
  const names = { from: parseReference(image), to: parseReference(options.to ?? image) };
  if (!names.to.tag) throw noTag(names.to);
  const { store } = await engine.info({ signal: context.signal });
  return store === 'containerd'
    ? copyFromEngine(names, engine, options, context)
    : pushByEngine(names, engine, context);
}

interface PushNames {
  readonly from: Reference;
  readonly to: Reference;
}

async function copyFromEngine(
  { from, to }: PushNames,
  engine: Engine,
  { registry = {}, onProgress }: PushOptions,
  context: CallContext,
): Promise<PushResult> {
  const { signal, env } = context;
  const onNotice = (message: string) => context.onProgress?.({ type: 'notice', message });
  await using source = engineImages(engine);
  const options = { onNotice, ...registry };
  await using repository = await openRepository(formatReference(to), options, {
    ...(env && { env }),
  });
  const root = await source.resolve(from, { signal });
  if (!root) throw notInDaemon(from);
  const platforms = await partPlatforms(source, root, from, context);
  const copying: CopyOptions = { signal, platforms, onProgress };
  const { image, ...copied } = await copy(imageSource(source, root), from, repository, to, copying);
  return { reference: formatReference(to), digest: image.digest, by: 'content', copied };
}

/** The platforms of an image of which the daemon has only some, as after a pull; else `undefined`. */
async function partPlatforms(
  source: ContentSource,
  root: Descriptor,
  from: Reference,
  { signal, onProgress }: CallContext,
): Promise<string[] | undefined> {
  if (kindOf(root.mediaType) !== 'index') return undefined;
  const { manifests } = parseIndex(await readBlob(source, root, { signal }));
  const held = await Promise.all(manifests.map((each) => source.exists(each, { signal })));
  if (!held.includes(false)) return undefined;
  const platforms = manifests.flatMap((each, at) => (held[at] ? platformOf(each) : []));
  const message = `the daemon has image ${formatReference(from)} only for ${platforms.join(', ')}; pushing that part`;
  onProgress?.({ type: 'notice', message });
  return platforms;
}

function platformOf(manifest: Descriptor): string[] {
  return manifest.platform && !isAttestation(manifest) ? [formatPlatform(manifest.platform)] : [];
}

/** The daemon pushes what it has under the very name: one that is only for the push goes again. */
async function pushByEngine(
  { from, to }: PushNames,
  engine: Engine,
  { signal, env = process.env }: CallContext,
): Promise<PushResult> {
  const call = { signal };
  const reference = formatReference(to);
  const isRenamed = formatReference(from) !== reference;
  const id = await engine.resolveImage(from, call);
  if (!id) throw notInDaemon(from);
  const before = isRenamed ? await engine.resolveImage(to, call) : undefined;
  if (isRenamed) await engine.tagImage(id, to, call);
  try {
    const login = await registryLogin(to.domain, { env, signal });
    const digest = await engine.pushImage(to, { login, signal });
    return { reference, digest, by: 'daemon' };
  } finally {
    if (isRenamed) await nameAgain(engine, to, before);
  }
}

async function nameAgain(engine: Engine, name: Reference, before: Digest | undefined) {
  if (before) await engine.tagImage(before, name);
  else await engine.removeImage(formatReference(name), { noPrune: true });
}

function notInDaemon(image: Reference): WarmdockError {
  const message = `cannot push ${formatReference(image)}: the daemon has no such image`;
  return new WarmdockError('NOT_FOUND', message, { hint: 'docker images lists those that it has' });
}

function noTag(reference: Reference): WarmdockError {
  const name = formatReference(reference);
  return new WarmdockError('INVALID_ARGUMENT', `cannot push ${name}: it names no tag`, {
    hint: 'give it a name with a tag',
  });
}
