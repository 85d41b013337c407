import type { CallOptions } from '../content/content.js';
import type { Engine } from '../engine/engine.js';
import { parseReference } from '../oci/reference.js';
import { registryLogin } from '../registry/login/registry-credentials.js';

export interface CanBePulledOptions extends CallOptions {
  /** Where the user's logins are looked up, default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Whether a pull of the image by this user would find it: the daemon asks the registry, and no layer
 * is moved.
 *
 * Throws `INVALID_ARGUMENT` for what is no reference and for a broken docker configuration, and what
 * the engine's calls throw.
 */
export async function canBePulled(
  image: string,
  engine: Engine,
  { env = process.env, signal }: CanBePulledOptions = {},
): Promise<boolean> {
  const reference = parseReference(image);
  const login = await registryLogin(reference.domain, { env, signal });
  return engine.isInRegistry(reference, { login, signal });
}
