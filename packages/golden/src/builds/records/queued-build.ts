import { mkdir, rm } from 'node:fs/promises';
import { z } from 'zod';
import { lockFile } from '../../store/fs/file-lock.js';
import { readJsonOr } from '../../store/records/read-json.js';
import { writeJson } from '../../store/records/write-json.js';
import type { BuildPaths } from './build-paths.js';

/*
 * The queued build has a file of its own. A trigger must not write where a build of another process
 * writes, and must survive that process.
 */

/** A golden build that was asked for and has not begun. */
export interface QueuedBuild {
  /** Time of the first trigger, in ISO 8601. */
  readonly requestedAt: string;
  /** Number of triggers. */
  readonly count: number;
  /** Reasons of the newest triggers that gave one. */
  readonly reasons: readonly string[];
}

const queuedBuildSchema: z.ZodType<QueuedBuild> = z.object({
  requestedAt: z.iso.datetime(),
  count: z.number().int().positive(),
  reasons: z.array(z.string()),
});

const maxReasons = 10;
const waitMs = 10_000;

/**
 * Stands for a record whose content was lost: there is a queued build, and nothing else is known.
 */
const lost: QueuedBuild = {
  requestedAt: new Date(0).toISOString(),
  count: 1,
  reasons: ['a request that was lost'],
};

/** `undefined` when no build is queued. */
export function readQueuedBuild({ queued: request }: BuildPaths): Promise<QueuedBuild | undefined> {
  return readJsonOr(request, queuedBuildSchema, lost);
}

/** Queues a build, or joins the one that is queued. Survives a power cut. */
export async function queueBuild(
  paths: BuildPaths,
  reasons: readonly string[],
  now = new Date(),
): Promise<QueuedBuild> {
  await mkdir(paths.folder, { recursive: true, mode: 0o700 });
  await using _lock = await lockQueue(paths);
  const before = await readQueuedBuild(paths);
  const request: QueuedBuild = {
    requestedAt: before?.requestedAt ?? now.toISOString(),
    count: (before?.count ?? 0) + 1,
    reasons: [...(before?.reasons ?? []), ...reasons].slice(-maxReasons),
  };
  await writeJson(paths.queued, request);
  return request;
}

/** Takes the queued build out: later triggers queue another one. */
export async function takeQueuedBuild(paths: BuildPaths): Promise<QueuedBuild | undefined> {
  await using _lock = await lockQueue(paths);
  const request = await readQueuedBuild(paths);
  await rm(paths.queued, { force: true });
  return request;
}

function lockQueue({ folder }: BuildPaths): Promise<AsyncDisposable> {
  return lockFile(`${folder}/queued-build.lock`, {
    operation: 'asking for a golden build',
    waitMs,
  });
}
