import {
  type BuildKit,
  ContainerDown,
  type Engine,
  explainBuilder,
  isWarmdockError,
  openBuilder,
} from '@warmdock/core';
import {
  addressIn,
  type BuilderAddress,
  type ContainerAddress,
  formatBuilderAddress,
} from '@warmdock/core/buildkit';
import { parseDigest } from '@warmdock/core/oci';
import { builderRuleText } from '../../docker/builder-rule-text.js';
import { type Finding, failed, ok, problem, warning } from './finding.js';

export interface BuilderCheck {
  /** Of `--builder`. */
  readonly name: string | undefined;
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

export interface CheckedBuilder {
  readonly findings: Finding[];
  /** Whether it is the very daemon that images are for; `undefined` when it cannot be reached. */
  readonly inEngine: boolean | undefined;
}

/** Which builder is taken and why, whether it answers, and whether its layers can be read. */
export async function checkBuilder(options: BuilderCheck): Promise<CheckedBuilder> {
  const { name, engine, env } = options;
  const ignored = hostIgnored(env, name);
  try {
    const choice = choiceOf(name, env);
    const { buildkit, inEngine, driver, close } = await openBuilder(
      name,
      engine,
      { bootstrap: false },
      { env },
    );
    try {
      const reached = await reach(buildkit, inEngine, options.signal);
      return { findings: [choice, ...ignored, ...reached, ...grpcClient(env)], inEngine };
    } catch (error) {
      if (driver !== 'docker-container' || !isBootable(error)) throw error;
      return { findings: [choice, ...ignored, notBooted(error)], inEngine };
    } finally {
      close();
    }
  } catch (error) {
    const finding = failed('builder', error, 'check that the builder runs and can be reached');
    return { findings: [finding, ...ignored], inEngine: undefined };
  }
}

function isBootable(error: unknown): error is ContainerDown {
  return error instanceof ContainerDown && (error.state === 'absent' || error.state === 'stopped');
}

/** buildx makes and starts its containers when they are needed, and so does a build of ours. */
function notBooted(error: ContainerDown): Finding {
  const text = `${error.message}: the first build boots it`;
  return warning('BuildKit', text, 'docker buildx inspect --bootstrap, or leave it to the build');
}

function choiceOf(name: string | undefined, env: NodeJS.ProcessEnv): Finding {
  const address = name === undefined ? undefined : addressIn(name);
  if (address) return ok('builder', `${formatAddress(address)} (by --builder)`);
  const { builder, rule } = explainBuilder({ name, env });
  const where =
    builder.kind === 'address'
      ? formatAddress(builder.address)
      : `inside the daemon of docker context ${builder.context}`;
  return ok('builder', `${builder.name}, ${where} (by ${builderRuleText[rule]})`);
}

function formatAddress(address: BuilderAddress | ContainerAddress): string {
  if (address.kind === 'docker-container') return formatContainer(address);
  const isTls = address.kind === 'tcp' && address.tls !== undefined;
  return `${formatBuilderAddress(address)}${isTls ? ' with TLS' : ''}`;
}

function formatContainer({ container, context, host }: ContainerAddress): string {
  const place = context ? `of docker context ${context}` : host && `at ${host}`;
  return `container ${container}${place ? ` in the daemon ${place}` : ''}`;
}

/** buildx reads it when it creates a builder, buildctl always: people expect it to choose one. */
function hostIgnored(env: NodeJS.ProcessEnv, name: string | undefined): Finding[] {
  const host = env.BUILDKIT_HOST;
  if (!host || name !== undefined) return [];
  const text = 'BUILDKIT_HOST is set and chooses no builder, as with buildx';
  return [warning('BUILDKIT_HOST', text, `give it by name: --builder ${host}`)];
}

/** What speaks to the builder, unless it is the built-in client. */
function grpcClient(env: NodeJS.ProcessEnv): Finding[] {
  return env.WARMDOCK_GRPC === 'grpc-js' ? [ok('gRPC', 'grpc-js (by WARMDOCK_GRPC)')] : [];
}

async function reach(
  buildkit: BuildKit,
  inEngine: boolean,
  signal: AbortSignal,
): Promise<Finding[]> {
  await buildkit.connect({ signal });
  const start = performance.now();
  const [worker] = await buildkit.listWorkers({ signal });
  const latencyMs = (performance.now() - start).toFixed(1);
  if (!worker) {
    return [problem('BuildKit', 'it has no worker', "look into the builder's log")];
  }
  const version = worker.buildkitVersion || 'of unknown version';
  const text = `${version}, answers in ${latencyMs} ms, ${worker.platforms[0] ?? 'no platform'}`;
  return [ok('BuildKit', text), ...(inEngine ? [] : [await contentFinding(buildkit, signal)])];
}

/** Any digest will do: what counts is whether the service is there. */
const someDigest = parseDigest(`sha256:${'0'.repeat(64)}`);

async function contentFinding(buildkit: BuildKit, signal: AbortSignal): Promise<Finding> {
  try {
    await buildkit.content.held([someDigest], { signal });
    return ok('layers', 'the builder lets them be read one by one');
  } catch (error) {
    if (!isWarmdockError(error) || error.code !== 'UNSUPPORTED') throw error;
    const text = 'the builder has no content service, from which missing layers are read';
    return warning('layers', `${text}: whole images are sent`, 'update BuildKit to 0.11 or newer');
  }
}
