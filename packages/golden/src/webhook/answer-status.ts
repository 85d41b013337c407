import type { GoldenBuilds } from '../builds/golden-builds.js';
import type { BuildStatus } from '../builds/records/build-state.js';
import type { Reply } from './reply.js';

/** The public part of the status: no paths, nothing that a start-up script printed. */
export async function answerStatus(
  builds: GoldenBuilds,
  project: string | undefined,
): Promise<Reply | undefined> {
  if (project !== undefined && !builds.projects.includes(project)) return undefined;
  const asked = project === undefined ? builds.projects : [project];
  const told = (await Promise.all(asked.map((name) => builds.status(name)))).map(publicStatus);
  return { status: 200, body: project === undefined ? { projects: told } : (told[0] ?? {}) };
}

function publicStatus(status: BuildStatus) {
  const { project, promotion, phase, buildId, startedAt, finishedAt, elapsedMs } = status;
  const { generation, sizeBytes, addedBytes, lastError, pending } = status;
  return {
    ...{ project, status: status.status, promotion, phase, buildId },
    ...{ startedAt, finishedAt, elapsedMs, generation, sizeBytes, addedBytes },
    lastError: lastError && { code: lastError.code, exitCode: lastError.exitCode },
    pending: pending && { requestedAt: pending.requestedAt, count: pending.count },
  };
}
