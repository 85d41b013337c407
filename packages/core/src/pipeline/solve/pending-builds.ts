import { setTimeout as delay } from 'node:timers/promises';
import type { BuildKit } from '../../buildkit/buildkit.js';
import type { Solved } from '../../buildkit/solve.js';
import { abortable } from '../../content/abortable.js';
import {
  pendingBuildLifetimeMs,
  readPendingBuilds,
  recordPendingBuilds,
} from '../state/pending-builds-file.js';

/*
 * Until a builder answers a build it holds its copy of the context: a build that begins meanwhile
 * finds that taken, and has to send all of the context again. So who left a build when its image was
 * known leaves a note, and the next build of the same context waits: in this process, and in others.
 */

export interface PendingBuildOptions {
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}

interface UnfinishedBuild {
  readonly ref: string;
  readonly answered: Promise<void>;
  readonly env: NodeJS.ProcessEnv;
}

const pollMs = 5;

/** What a builder needs, after a build counts as ended, to let go of its context: 2 to 5 ms. */
const releaseMs = 15;

/** By builder and context key. */
const unfinished = new Map<string, UnfinishedBuild>();

/** Waits for an earlier build of this context whose image was known and which the builder still records; throws `CANCELLED`. */
export async function waitForPendingBuild(
  builder: BuildKit,
  contextKey: string,
  { env, signal }: PendingBuildOptions,
): Promise<void> {
  const key = keyOf(builder.name, contextKey);
  const before = unfinished.get(key);
  const operation = `build on builder ${builder.name}`;
  if (before) return abortable(before.answered, operation, signal);
  const left = readPendingBuilds(env)[key];
  if (!left) return;
  const wait = (ms: number) => abortable(delay(ms), operation, signal);
  const end = left.leftAt + pendingBuildLifetimeMs;
  let wasActive = false;
  while (Date.now() < end && (await isActive(builder, left.ref, signal))) {
    wasActive = true;
    await wait(pollMs);
  }
  if (wasActive) await wait(releaseMs);
}

/** Makes the next build of the same context wait for this one's answer, whatever that is. */
export function trackPendingBuild(
  builder: BuildKit,
  contextKey: string,
  { ref, answer }: Pick<Solved, 'ref' | 'answer'>,
  env: NodeJS.ProcessEnv,
): void {
  const key = keyOf(builder.name, contextKey);
  const ignore = () => {};
  const build: UnfinishedBuild = { ref, env, answered: answer.then(ignore, ignore) };
  if (unfinished.size === 0) process.once('exit', recordPending);
  unfinished.set(key, build);
  void build.answered.then(() => {
    if (unfinished.get(key) === build) unfinished.delete(key);
    if (unfinished.size === 0) process.off('exit', recordPending);
  });
}

function recordPending(): void {
  const leftAt = Date.now();
  const environments = new Set([...unfinished.values()].map(({ env }) => env));
  for (const env of environments) {
    const builds = [...unfinished].filter(([, build]) => build.env === env);
    recordPendingBuilds(
      Object.fromEntries(builds.map(([key, { ref }]) => [key, { ref, leftAt }])),
      env,
    );
  }
}

/** A builder that cannot say is not waited for: at worst the context travels again. */
async function isActive(
  builder: BuildKit,
  ref: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return await builder.isActive(ref, { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    return false;
  }
}

function keyOf(builder: string, contextKey: string): string {
  return `${builder} ${contextKey}`;
}
