import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildKit } from '../../buildkit/buildkit.js';
import { fileSend } from '../../buildkit/session/file-send.js';
import type { CallContext } from '../../call-context.js';
import { cancelled, isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { runSolve } from '../solve/run-solve.js';
import { noServices } from '../solve/solve-options.js';
import type { SolveInput } from './solve-input.js';
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
  context: CallContext,
): Promise<SolveInput> {
  if (url === undefined) return {};
  const directory = await makeTemporaryDirectory();
  const dispose = () => removeTemporaryDirectory(directory);
  try {
    await fetchThrough(builder, url, directory, context);
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
  { env, signal }: CallContext,
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
    const services = { ...noServices, attachables: [fileSend(new Map([[0, target]]))] };
    const exporters = [{ type: 'local', attrs: {} }];
    const { answer } = await runSolve(plan, builder, { exporters, services }, { env, signal });
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
