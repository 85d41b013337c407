import { type BuilderAddress, isBuilderAddress, parseBuilderAddress } from '../buildkit/address.js';
import { type BuildKit, buildKitOver } from '../buildkit/buildkit.js';
import type { ChosenBuilder } from '../buildkit/buildx-store.js';
import { addressTransport } from '../buildkit/transport.js';
import { formatEndpoint } from '../engine/endpoint.js';
import { connectEngine, type Engine } from '../engine/engine.js';
import { resolveEngineEndpoint } from '../engine/resolve-endpoint.js';
import { checkArgument } from '../options/check-options.js';
import { engineTransport } from './engine-buildkit.js';
import { wantedBuilder } from './option-checks.js';

/** A builder ready to use; `inEngine` when it is the very daemon that the image is for. */
export interface OpenBuilder {
  readonly buildkit: BuildKit;
  readonly inEngine: boolean;
  close(): void;
}

/** One that the user has a name for. */
export interface NamedBuilder extends OpenBuilder {
  /** In buildx's store, or its address. */
  readonly name: string;
  /** By what buildx reaches such a builder. */
  readonly driver: 'remote' | 'docker';
}

/** A builder's address or name, one that was chosen, or an open connection; none for the one that buildx would choose. */
export type WantedBuilder = string | ChosenBuilder | BuildKit | undefined;

/**
 * The builder that `--builder` names, that was chosen already, or that buildx would choose; an open
 * connection stays as it is, also when it is closed here.
 *
 * Throws as `chooseBuilder` of buildx's store does: `NOT_FOUND`, `UNSUPPORTED`, `INVALID_ARGUMENT`.
 */
export async function openBuilder(
  wanted: Exclude<WantedBuilder, BuildKit>,
  engine: Engine,
  env: NodeJS.ProcessEnv,
): Promise<NamedBuilder>;
export async function openBuilder(
  wanted: WantedBuilder,
  engine: Engine,
  env: NodeJS.ProcessEnv,
): Promise<OpenBuilder | NamedBuilder>;
export async function openBuilder(
  wanted: WantedBuilder,
  engine: Engine,
  env: NodeJS.ProcessEnv,
): Promise<OpenBuilder | NamedBuilder> {
  if (wanted !== undefined) checkArgument('openBuilder', 'wanted', wanted, wantedBuilder);
  if (typeof wanted === 'object' && 'solve' in wanted)
    return { buildkit: wanted, inEngine: false, close: () => {} };
  if (typeof wanted === 'string' && isBuilderAddress(wanted))
    return dialled(wanted, parseBuilderAddress(wanted));
  const choice = typeof wanted === 'object' ? wanted : await chosenByBuildx(wanted, env);
  if (choice.kind === 'address') return dialled(choice.name, choice.address);
  return embedded(choice, engine, env);
}

async function chosenByBuildx(
  name: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<ChosenBuilder> {
  const { chooseBuilder } = await import('../buildkit/buildx-store.js');
  return chooseBuilder({ name, env });
}

function dialled(name: string, address: BuilderAddress): NamedBuilder {
  const buildkit = buildKitOver(addressTransport(address));
  return { buildkit, name, driver: 'remote', inEngine: false, close: () => buildkit.close() };
}

/** The BuildKit inside a docker context's daemon; the context may be the target's own. */
function embedded(
  { name, context }: { readonly name: string; readonly context: string },
  engine: Engine,
  env: NodeJS.ProcessEnv,
): NamedBuilder {
  const host = connectEngine({ endpoint: resolveEngineEndpoint({ context, env }) });
  const inEngine = formatEndpoint(host.endpoint) === formatEndpoint(engine.endpoint);
  const buildkit = buildKitOver(engineTransport(host));
  return {
    buildkit,
    name,
    driver: 'docker',
    inEngine,
    close: () => {
      buildkit.close();
      host.close();
    },
  };
}
