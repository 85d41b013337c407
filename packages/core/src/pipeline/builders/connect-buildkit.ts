import { type BuildKit, buildKitOver } from '../../buildkit/buildkit.js';
import { chooseGrpcClient, type GrpcClient } from '../../buildkit/grpc-client.js';
import { WarmdockError } from '../../errors.js';
import { checkArgument, checkOptions } from '../../options/check-options.js';
import { type Checks, mapOf, text } from '../../options/checks.js';
import { addressIn, builderTransport } from './builder-transport.js';

/** How a builder is connected to. */
export interface ConnectBuildKitOptions {
  /** What speaks gRPC to the builder, default `WARMDOCK_GRPC`, else `builtin`. */
  readonly grpc?: GrpcClient | undefined;
  /** Where docker's settings are looked up for a container's daemon, default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const connectChecks: Checks<ConnectBuildKitOptions> = { grpc: text, env: mapOf(text) };

/**
 * A client of the BuildKit at an address: `unix://`, `tcp://`, `docker-container://`.
 *
 * Nothing is opened before the first call; close it, or hold it with `await using`. A builder that
 * buildx knows by name is opened by `openBuilder`. Throws `INVALID_ARGUMENT` for what is no address.
 */
export function connectBuildKit(address: string, options: ConnectBuildKitOptions = {}): BuildKit {
  checkArgument('connectBuildKit', 'address', address, text);
  checkOptions('connectBuildKit', options, connectChecks);
  const { env = process.env } = options;
  const parsed = addressIn(address);
  if (!parsed) {
    throw new WarmdockError('INVALID_ARGUMENT', `cannot connect to builder ${address}`, {
      hint: 'give an address such as tcp://HOST:PORT, or open a builder of buildx by openBuilder',
    });
  }
  const grpc = chooseGrpcClient(options.grpc, env);
  return buildKitOver(builderTransport(parsed, { env }), { grpc });
}
