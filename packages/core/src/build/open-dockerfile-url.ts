import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildKit } from '../buildkit/buildkit.js';
import { fileSend } from '../buildkit/session/file-send.js';
import { cancelled, isWarmdockError, messageOf, WarmdockError } from '../errors.js';
import type { BuildPlan } from './build-plan.js';
import type { Opening } from './opening.js';
import { type RunSolveOptions, runSolve } from './run-build.js';
import {
  makeTemporaryDirectory,
  removeTemporaryDirectory,
  serveDockerfile,
} from './temporary-directory.js';

/** As in buildx. */
const maxBytes = 2 * 1024 * 1024;

/**
 * Has the builder fetch the Dockerfile: it may reach addresses that this side does not.
 *
 * Throws `NOT_FOUND` when the builder cannot get it, `INVALID_ARGUMENT` for more than 2 MiB.
 */
export async function openDockerfileUrl(
  { dockerfileUrl: url }: BuildPlan,
  builder: BuildKit,
  options: RunSolveOptions,
): Promise<Opening> {
  if (url === undefined) return {};
  const directory = await makeTemporaryDirectory();
  const dispose = () => removeTemporaryDirectory(directory);
  try {
    await fetchThrough(builder, url, directory, options);
    const path = join(directory, 'fetched/Dockerfile');
    if ((await stat(path)).size > maxBytes) {
      throw new WarmdockError(
        'INVALID_ARGUMENT',
        `Dockerfile ${url} has more than ${maxBytes} bytes`,
      );
    }
    return { ...(await serveDockerfile(directory, await readFile(path))), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A build of its own, whose result is the one file. */
async function fetchThrough(
  builder: BuildKit,
  url: string,
  directory: string,
  { env, signal }: RunSolveOptions,
): Promise<void> {
  const context = join(directory, 'fetch');
  await mkdir(context);
  // These would be variables and quotes to the Dockerfile.
  const source = JSON.stringify(url.replaceAll(/[\\$'"]/g, '\\$&'));
  await writeFile(join(context, 'Dockerfile'), `FROM scratch\nADD [${source}, "/Dockerfile"]\n`);
  const plan: BuildPlan = {
    frontend: 'dockerfile.v0',
    frontendAttrs: { filename: 'Dockerfile' },
    locals: [{ name: 'dockerfile', directory: context }],
    secrets: [],
    tags: [],
    compression: 'gzip',
  };
  const target = { kind: 'tree', directory: join(directory, 'fetched') } as const;
  try {
    const { answer } = await runSolve(plan, builder, {
      env,
      signal,
      exporters: [{ type: 'local', attrs: {} }],
      attachables: [fileSend(new Map([[0, target]]))],
    });
    await answer;
  } catch (error) {
    if (signal?.aborted) throw cancelled(`fetching of ${url}`, signal);
    if (!isWarmdockError(error) || error.code !== 'BUILD_FAILED') throw error;
    throw new WarmdockError(
      'NOT_FOUND',
      `builder cannot fetch Dockerfile ${url}: ${messageOf(error)}`,
      {
        hint: 'check the address, and that the builder reaches it',
        cause: error,
      },
    );
  }
}
