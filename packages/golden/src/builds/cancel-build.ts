import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { cancelled } from '@warmdock/core/internal';
import type { CallOptions } from '@warmdock/core/oci';
import { z } from 'zod';
import type { GoldenStore } from '../store/golden-store.js';
import { readJson } from '../store/records/read-json.js';
import { writeJson } from '../store/records/write-json.js';
import { type BuildPaths, buildPaths } from './records/build-paths.js';
import { readBuildStatus } from './records/build-state.js';
import { takeQueuedBuild } from './records/queued-build.js';

/*
 * The process that builds is told by a file, like the queue: the one that cancels need not see it.
 */

const cancellationSchema = z.object({ buildId: z.string() });

const lookMs = 200;

/**
 * Empties the project's queue and ends its build, whichever process runs it. Resolves when the
 * build has ended: true when there was anything to cancel. A build that is promoting finishes
 * first.
 *
 * Throws `CANCELLED` when the signal fires before; the build ends nevertheless.
 */
export async function cancelGoldenBuild(
  store: GoldenStore,
  project: string,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const paths = buildPaths(store.root, project);
  const { status, buildId, pending } = await readBuildStatus(store, project);
  if (pending !== undefined) await takeQueuedBuild(paths);
  if (status !== 'building' || buildId === undefined) return pending !== undefined;
  await writeJson(paths.cancellation, { buildId });
  while (await isRunning(store, project, buildId)) {
    if (signal?.aborted) throw cancelled(`cancelling the golden build of ${project}`, signal);
    await delay(lookMs);
  }
  return true;
}

async function isRunning(store: GoldenStore, project: string, buildId: string): Promise<boolean> {
  const now = await readBuildStatus(store, project);
  return now.status === 'building' && now.buildId === buildId;
}

export interface Cancellation extends AsyncDisposable {
  /** Fires when somebody cancels the build. */
  readonly signal: AbortSignal;
}

/** Watches for a cancellation as long as the build runs. */
export function watchCancellation(paths: BuildPaths, buildId: string): Cancellation {
  const asked = new AbortController();
  const ended = new AbortController();
  const look = async () => {
    while (!ended.signal.aborted) {
      const found = await readJson(paths.cancellation, cancellationSchema).catch(() => undefined);
      if (found?.buildId === buildId) return asked.abort();
      await delay(lookMs, undefined, { signal: ended.signal, ref: false }).catch(() => {});
    }
  };
  const looking = look();
  return {
    signal: asked.signal,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await looking;
      await rm(paths.cancellation, { force: true });
    },
  };
}
