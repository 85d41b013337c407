import { buildKitOver } from '../../buildkit/buildkit.js';
import type { CallOptions, ImageSource } from '../../content/content.js';
import { readBlob } from '../../content/read-blob.js';
import type { Engine } from '../../engine/engine.js';
import { WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { parseManifestOrIndex } from '../../oci/manifest.js';
import { engineTransport } from '../builders/engine-transport.js';

/** The images of a daemon with the containerd store, read through its BuildKit; dispose of it afterwards. */
export function engineImages(engine: Engine): ImageSource & AsyncDisposable {
  const buildkit = buildKitOver(engineTransport(engine));
  const { content } = buildkit;
  return {
    exists: (blob, options) => content.exists(blob, options),
    fetch: (blob, options) => content.fetch(blob, options),
    async resolve(reference, options = {}) {
      const digest = await engine.resolveImage(reference, options);
      return digest && describe(content, digest, options);
    },
    [Symbol.asyncDispose]: async () => buildkit.close(),
  };
}

/** A daemon before 28.1 tells only the digest. */
async function describe(
  source: Pick<ImageSource, 'exists' | 'fetch'>,
  digest: Descriptor['digest'],
  options: CallOptions,
): Promise<Descriptor> {
  const unknown = { mediaType: 'application/octet-stream', digest };
  const bytes = await readBlob(source, unknown, options);
  const document = parseManifestOrIndex(bytes);
  const { mediaType } = document;
  if (mediaType) return { mediaType, digest, size: bytes.length };
  throw new WarmdockError('PROTOCOL', `image ${digest} of the daemon does not tell what it is`);
}
