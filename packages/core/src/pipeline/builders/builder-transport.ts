import {
  type BuilderAddress,
  isBuilderAddress,
  parseBuilderAddress,
} from '../../buildkit/address.js';
import {
  type ContainerAddress,
  isContainerAddress,
  parseContainerAddress,
} from '../../buildkit/container-address.js';
import { addressTransport, type BuilderTransport } from '../../buildkit/transport.js';
import { type EngineEndpoint, parseEngineAddress } from '../../engine/endpoint/endpoint.js';
import { resolveEngineEndpoint } from '../../engine/endpoint/resolve-endpoint.js';
import { type Boot, containerTransport } from './container/container-transport.js';

/** What the way to a builder depends on besides its address. */
export interface BuilderTransportOptions {
  /** Where docker's settings are looked up for a container's daemon. */
  readonly env: NodeJS.ProcessEnv;
  /** Brings a container up that is not there or does not run; default none, and connecting fails. */
  readonly boot?: Boot | undefined;
}

/** The address in a `--builder` value; `undefined` for the name of a buildx builder. Throws `INVALID_ARGUMENT`. */
export function addressIn(text: string): BuilderAddress | ContainerAddress | undefined {
  if (isContainerAddress(text)) return parseContainerAddress(text);
  return isBuilderAddress(text) ? parseBuilderAddress(text) : undefined;
}

/** The transport of a BuildKit at an address; throws as `containerDaemon` does, the rest when it is opened. */
export function builderTransport(
  address: BuilderAddress | ContainerAddress,
  { env, boot }: BuilderTransportOptions,
): BuilderTransport {
  if (address.kind !== 'docker-container') return addressTransport(address);
  return containerTransport(address, containerDaemon(address, env), boot);
}

/**
 * The daemon of a builder's container.
 *
 * Throws as `resolveEngineEndpoint` does: `UNSUPPORTED` for a daemon that can only be reached by ssh.
 */
export function containerDaemon(
  { context, host }: ContainerAddress,
  env: NodeJS.ProcessEnv,
): EngineEndpoint {
  // As in buildx, which keeps no TLS files beside an address.
  if (host !== undefined) return parseEngineAddress(host);
  return resolveEngineEndpoint({ context, env });
}
