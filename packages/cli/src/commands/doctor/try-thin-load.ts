import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Engine, type LoadResult } from '@warmdock/core';
import { type Finding, failed, ok, warning } from './finding.js';

export interface TryOptions {
  readonly builder: string | undefined;
  readonly engine: Engine;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const about = 'thin load';

/**
 * Builds and loads an image of two layers, then the same with another upper layer: of that one
 * alone should be sent. The images are removed again; the builder's cache of some bytes is its own.
 */
export async function tryThinLoad(options: TryOptions): Promise<Finding> {
  const context = mkdtempSync(join(tmpdir(), 'warmdock-doctor-'));
  const loaded: LoadResult[] = [];
  try {
    return await tryIn(context, options, loaded);
  } catch (error) {
    return failed(about, error, 'look into the logs of the builder and of the daemon');
  } finally {
    rmSync(context, { recursive: true, force: true });
    for (const { imageId } of loaded) await options.engine.removeImage(imageId, { force: true });
  }
}

async function tryIn(
  context: string,
  { builder, engine, env, signal }: TryOptions,
  loaded: LoadResult[],
): Promise<Finding> {
  const tags = [`warmdock-doctor/${randomBytes(8).toString('hex')}`];
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY low /low\nCOPY top /top\n');
  writeFileSync(join(context, 'low'), randomBytes(100));
  const buildOnce = async () => {
    writeFileSync(join(context, 'top'), randomBytes(100));
    const { load } = await build({ context, tags, builder, engine }, { env, signal });
    loaded.push(load);
    return load;
  };
  await buildOnce();
  return verdict(await buildOnce());
}

function verdict({ outcome, layersSent, layersTotal }: LoadResult): Finding {
  if (outcome === 'thin')
    return ok(about, `works here: ${layersSent} of ${layersTotal} layers loaded`);
  if (outcome === 'in-place') return ok(about, 'not needed: the daemon is the builder');
  const text = `does not work here: ${layersSent} of ${layersTotal} layers were loaded for one that changed`;
  return warning(about, text, 'update Docker to 25 or newer');
}
