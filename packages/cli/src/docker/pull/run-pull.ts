import {
  connectEngine,
  type Engine,
  inspectRegistryImage,
  isWarmdockError,
  type Progress,
  pullImage,
  type RegistryImage,
  WarmdockError,
} from '@warmdock/core';
import { formatPlatform, parsePlatform } from '@warmdock/core/oci';
import { interruptedExitCode } from '../../process/interruption.js';
import { passThrough } from '../pass-through.js';
import { type PassThrough, passThroughReason } from '../pass-through-reason.js';
import type { RoutedPull } from '../routing/route.js';
import type { ShimContext } from '../shim-context.js';
import { openLayerDisplay, quietDisplay } from './layer-display.js';
import { type PulledName, parsePulledName } from './pulled-name.js';

/** What a pull is of, and where it ends. */
interface PlannedPull {
  readonly name: PulledName;
  readonly engine: Engine;
}

/**
 * Pulls in docker's place: what it prints and ends with is what docker would.
 *
 * Passes the pull through to docker when a value is none, or the daemon's address only for docker.
 */
export async function runRoutedPull(routed: RoutedPull, context: ShimContext): Promise<number> {
  const planned = planPull(routed);
  if ('passThroughReason' in planned) return passThrough(planned.passThroughReason, context);
  context.takeOver();
  try {
    await pull(planned, routed, { ...context, env: routed.env });
    return 0;
  } catch (error) {
    // Docker says nothing then.
    if (isWarmdockError(error) && error.code === 'CANCELLED') return interruptedExitCode;
    throw failureOf(planned.name, error);
  }
}

function planPull({ call: { name, platform }, env }: RoutedPull): PlannedPull | PassThrough {
  try {
    if (platform !== undefined) parsePlatform(platform);
    return { name: parsePulledName(name), engine: connectEngine(undefined, { env }) };
  } catch (error) {
    return passThroughReason(error);
  }
}

async function pull(
  { name, ...planned }: PlannedPull,
  { call: { platform, quiet } }: RoutedPull,
  context: ShimContext,
): Promise<void> {
  await using engine = planned.engine;
  const { stdout } = context;
  const say = (line: string) => (quiet ? undefined : stdout.write(`${line}\n`));
  if (name.hasDefaultTag) say(`Using default tag: ${name.tag}`);
  const image = await findImage(name, platform, engine, context);
  say(`${name.tag}: Pulling from ${name.path}`);
  const isNewer = await load(name, image, engine, { ...context, quiet });
  say(`Digest: ${image.digest}`);
  const outcome = isNewer ? 'Downloaded newer image' : 'Image is up to date';
  say(`Status: ${outcome} for ${name.familiar}`);
  stdout.write(`${name.full}\n`);
}

/** For the daemon's platform where none is given. */
async function findImage(
  { full }: PulledName,
  given: string | undefined,
  engine: Engine,
  { env, signal }: ShimContext,
): Promise<RegistryImage> {
  const platform = given ?? formatPlatform((await engine.info({ signal })).platform);
  return inspectRegistryImage(full, { platform }, { env, signal });
}

/** Brings what the registry had when it was asked; tells whether the name stands for another image now. */
async function load(
  { full, repository }: PulledName,
  { manifestDigest, layers }: RegistryImage,
  engine: Engine,
  { quiet, ...context }: ShimContext & { readonly quiet: boolean },
): Promise<boolean> {
  const { env, signal } = context;
  using display = quiet ? quietDisplay(context) : openLayerDisplay(layers, context);
  const onProgress = (event: Progress) => {
    if (event.type === 'notice') display.notice(event.message);
    else display.update(event);
  };
  const found = `${repository}@${manifestDigest}`;
  const call = { env, signal, onProgress };
  const { outcome } = await pullImage(found, engine, { tags: [full] }, call);
  display.finish();
  return outcome !== 'unchanged';
}

/** Names what was to be done. */
function failureOf({ full }: PulledName, error: unknown): unknown {
  if (!isWarmdockError(error)) return error;
  const { code, message, hint } = error;
  const details = { cause: error, ...(hint !== undefined && { hint }) };
  return new WarmdockError(code, `pull of ${full} failed: ${message}`, details);
}
