import { buildKitOver } from '../../buildkit/buildkit.js';
import type { CallOptions } from '../../content/content.js';
import type { Engine } from '../../engine/engine.js';
import { EngineStatusError } from '../../engine/http/engine-error.js';
import { type ErrorCode, isWarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { engineTransport } from '../builders/engine-transport.js';

/**
 * The blobs of a daemon's containerd store.
 *
 * They are seen through its embedded BuildKit, which is not a promised API: a daemon, or a proxy
 * before it, may lack the way there or refuse it.
 */
export interface EngineBlobs {
  /** Opens the connection ahead of its use; never fails. */
  connect(): void;
  /** Those of the layers that it holds, by digest; `undefined` where the daemon does not tell. */
  held(layers: readonly Descriptor[], options: CallOptions): Promise<Set<string> | undefined>;
  close(): void;
}

export function engineBlobs(engine: Engine): EngineBlobs {
  const buildkit = buildKitOver(engineTransport(engine));
  return {
    connect: () => void buildkit.connect().catch(() => {}),
    async held(layers, options) {
      try {
        const digests = layers.map(({ digest }) => digest);
        return await buildkit.content.held(digests, options);
      } catch (error) {
        if (isRefusal(error)) return undefined;
        throw error;
      }
    },
    close: () => buildkit.close(),
  };
}

/** An answer, whatever it says: the daemon, or what stands before it, is there and does not tell. */
function isRefusal(error: unknown): boolean {
  if (error instanceof EngineStatusError) return true;
  return isWarmdockError(error) && refusals.has(error.code);
}

/** `PROTOCOL` is a proxy's page in place of gRPC. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'UNSUPPORTED',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'PROTOCOL',
]);
