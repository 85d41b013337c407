import { connectEngine, type Engine } from '@warmdock/core';
import { checkAttributes } from './check-attributes.js';
import { checkAuthorities } from './check-authorities.js';
import { checkBuilder } from './check-builder.js';
import { checkDaemon } from './check-daemon.js';
import { checkDaemonDisk } from './check-daemon-disk.js';
import { checkDocker } from './check-docker.js';
import { checkFolders } from './check-folders.js';
import { checkNode } from './check-node.js';
import { checkShim } from './check-shim.js';
import { type Finding, failed, ok } from './finding.js';
import { thinLoadSupport } from './thin-load-support.js';
import { tryThinLoad } from './try-thin-load.js';

export interface CheckOptions {
  readonly builder: string | undefined;
  /** Whether to load an image to see that it works. */
  readonly try: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** For a builder or daemon that takes connections and says nothing. */
const timeoutMs = 10_000;

/** Looks at everything; changes nothing, unless to try is asked for. */
export async function runChecks(options: CheckOptions): Promise<Finding[]> {
  const { env } = options;
  const [docker, services, attributes] = await Promise.all([
    checkDocker(env),
    checkServices(options),
    checkAttributes(),
  ]);
  return [
    ...checkShim(env),
    ...checkNode(env),
    ...docker,
    ...services,
    attributes,
    ...checkAuthorities(env),
    ...checkFolders(env),
  ];
}

async function checkServices(options: CheckOptions): Promise<Finding[]> {
  let engine: Engine;
  try {
    engine = connectEngine(undefined, { env: options.env });
  } catch (error) {
    return [failed('daemon', error, 'let DOCKER_HOST or the docker context name a daemon')];
  }
  try {
    return await checkWith(engine, options);
  } finally {
    engine.close();
  }
}

async function checkWith(engine: Engine, options: CheckOptions): Promise<Finding[]> {
  const { builder: name, env } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
  const [daemon, builder] = await Promise.all([
    checkDaemon(engine, signal),
    checkBuilder({ name, engine, env, signal }),
  ]);
  const { info } = daemon;
  const disk = info ? [checkDaemonDisk(engine, info)] : [];
  const findings = [...builder.findings, ...daemon.findings, ...disk];
  if (!info || builder.inEngine === undefined) return findings;
  if (options.try) {
    const { signal } = options;
    return [...findings, await tryThinLoad({ builder: name, engine, env, signal })];
  }
  const inPlace = ok('thin load', 'not needed: the daemon is the builder');
  return [...findings, builder.inEngine ? inPlace : thinLoadSupport(info)];
}
