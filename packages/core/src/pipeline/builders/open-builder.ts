import { type BuildKit, buildKitOver } from '../../buildkit/buildkit.js';
import type { ChosenBuilder } from '../../buildkit/buildx-store.js';
import { chooseGrpcClient, type GrpcClient } from '../../buildkit/grpc-client.js';
import type { BuilderTransport } from '../../buildkit/transport.js';
import type { CallContext } from '../../call-context.js';
import { formatEndpoint } from '../../engine/endpoint/endpoint.js';
import { connectEngine, type Engine } from '../../engine/engine.js';
import { checkArgument, checkOptions } from '../../options/check-options.js';
import { type Checks, flag, text } from '../../options/checks.js';
import { wantedBuilder } from '../checks/instances.js';
import { addressIn, builderTransport } from './builder-transport.js';
import type { Boot } from './container/container-transport.js';
import { engineTransport } from './engine-transport.js';

/** A builder ready to use; `inEngine` when it is the very daemon that the image is for. */
export interface OpenBuilder extends AsyncDisposable {
  readonly buildkit: BuildKit;
  readonly inEngine: boolean;
  close(): void;
}

/** One that the user has a name for. */
export interface NamedBuilder extends OpenBuilder {
  /** In buildx's store, or its address. */
  readonly name: string;
  /** By what buildx reaches such a builder. */
  readonly driver: 'remote' | 'docker-container' | 'docker';
}

/** How a builder is spoken to, and whether its container may be started. */
export interface OpenBuilderOptions {
  /** What speaks gRPC to the builder, unless it is an open connection; default `WARMDOCK_GRPC`, else `builtin`. */
  readonly grpc?: GrpcClient | undefined;
  /**
   * Whether buildx is to make and start the container of a builder of its driver docker-container when
   * it is needed and does not run, default true.
   */
  readonly bootstrap?: boolean | undefined;
}

const openChecks: Checks<OpenBuilderOptions> = { grpc: text, bootstrap: flag };

/** A builder's address or name, one that was chosen, or an open connection; none for the one that buildx would choose. */
export type WantedBuilder = string | ChosenBuilder | BuildKit | undefined;

/**
 * The builder that `--builder` names, that was chosen already, or that buildx would choose; an open
 * connection stays as it is, also when it is closed here. Nothing is connected or booted before it is used.
 *
 * Throws as `chooseBuilder` of buildx's store does: `NOT_FOUND`, `UNSUPPORTED`, `INVALID_ARGUMENT`;
 * the last for an unknown gRPC client, too.
 */
export async function openBuilder(
  wanted: Exclude<WantedBuilder, BuildKit>,
  engine: Engine,
  options?: OpenBuilderOptions,
  context?: CallContext,
): Promise<NamedBuilder>;
export async function openBuilder(
  wanted: WantedBuilder,
  engine: Engine,
  options?: OpenBuilderOptions,
  context?: CallContext,
): Promise<OpenBuilder | NamedBuilder>;
export async function openBuilder(
  wanted: WantedBuilder,
  engine: Engine,
  options: OpenBuilderOptions = {},
  context: CallContext = {},
): Promise<OpenBuilder | NamedBuilder> {
  if (wanted !== undefined) checkArgument('openBuilder', 'wanted', wanted, wantedBuilder);
  checkOptions('openBuilder', options, openChecks);
  const { env = process.env } = context;
  const grpc = chooseGrpcClient(options.grpc, env);
  if (typeof wanted === 'object' && 'solve' in wanted)
    return opened({ buildkit: wanted, inEngine: false }, () => {});
  const address = typeof wanted === 'string' ? addressIn(wanted) : undefined;
  if (address) return named(wanted as string, 'remote', builderTransport(address, { env }), grpc);
  const choice = typeof wanted === 'object' ? wanted : await chosenByBuildx(wanted, env);
  if (choice.kind === 'engine') return embedded(choice, engine, env, grpc);
  const { name, driver } = choice;
  const boot = driver === 'docker-container' ? await bootOf(name, options, context) : undefined;
  return named(name, driver, builderTransport(choice.address, { env, boot }), grpc);
}

async function bootOf(
  name: string,
  { bootstrap = true }: OpenBuilderOptions,
  { env = process.env, onProgress }: CallContext,
): Promise<Boot | undefined> {
  if (!bootstrap) return undefined;
  const { bootByBuildx } = await import('./container/boot-by-buildx.js');
  return bootByBuildx(name, env, onProgress);
}

async function chosenByBuildx(
  name: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<ChosenBuilder> {
  const { chooseBuilder } = await import('../../buildkit/buildx-store.js');
  return chooseBuilder({ name, env });
}

function named(
  name: string,
  driver: NamedBuilder['driver'],
  transport: BuilderTransport,
  grpc: GrpcClient,
): NamedBuilder {
  const buildkit = buildKitOver(transport, { grpc });
  return opened({ buildkit, name, driver, inEngine: false }, () => buildkit.close());
}

/** The BuildKit inside a docker context's daemon; the context may be the target's own. */
function embedded(
  { name, context }: { readonly name: string; readonly context: string },
  engine: Engine,
  env: NodeJS.ProcessEnv,
  grpc: GrpcClient,
): NamedBuilder {
  const host = connectEngine(undefined, { context, env });
  const inEngine = formatEndpoint(host.endpoint) === formatEndpoint(engine.endpoint);
  const buildkit = buildKitOver(engineTransport(host), { grpc });
  return opened({ buildkit, name, driver: 'docker', inEngine }, () => {
    buildkit.close();
    host.close();
  });
}

function opened<T>(
  builder: T,
  close: () => void,
): T & Pick<OpenBuilder, 'close'> & AsyncDisposable {
  return { ...builder, close, [Symbol.asyncDispose]: async () => close() };
}
