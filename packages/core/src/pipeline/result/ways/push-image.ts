import type { Exporter } from '../../../buildkit/solve.js';
import type { CallContext } from '../../../call-context.js';
import { isWarmdockError, messageOf, WarmdockError } from '../../../errors.js';
import { nameOf } from '../../../oci/reference.js';
import { openRepository } from '../../../registry/open-repository.js';
import { openDownloads } from '../../downloads/open-downloads.js';
import type { TransitRepository } from '../../flags/transit-repository.js';
import type { BuildPlan } from '../../plan/build-plan.js';
import { imageAttrs } from '../../plan/image-exporter.js';
import { runSolve } from '../../solve/run-solve.js';
import type { TimedSolve } from '../../solve/solve-options.js';
import type { RepeatableSolve } from '../image-solve.js';
import type { OpenedImage } from './opened-image.js';

/**
 * Has the builder push the image in the solve itself, by digest: no name in the repository is
 * shared with anybody, and what is there already is not pushed again.
 */
export async function pushImage(
  { plan, builder, solve }: RepeatableSolve,
  repository: TransitRepository,
  context: CallContext,
): Promise<OpenedImage> {
  const exporters = [pushExporter(plan, repository, solve.exporter?.attrs)];
  const solved = await runSolve(plan, builder, { ...solve, exporters }, context).catch(
    (error: unknown) => Promise.reject(pushFailure(error, repository)),
  );
  await solved.answer.catch((error: unknown) => Promise.reject(pushFailure(error, repository)));
  return openPushed(solved, repository, context);
}

async function openPushed(
  solved: TimedSolve,
  repository: TransitRepository,
  context: CallContext,
): Promise<OpenedImage> {
  const { env = process.env, onProgress } = context;
  const onNotice = (message: string) => onProgress?.({ type: 'notice', message });
  const options = { onNotice, ...(repository.plainHttp && { plainHttp: true }) };
  const opened = await openRepository(nameOf(repository), options, { env });
  const content = openDownloads(opened, context);
  return {
    solved,
    content,
    async [Symbol.asyncDispose]() {
      await content[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

/** `store` keeps the name out of a builder's own list of images; builders without one do not know it. */
function pushExporter(
  plan: BuildPlan,
  repository: TransitRepository,
  attrs: Exporter['attrs'] = imageAttrs(plan),
): Exporter {
  const way = {
    name: nameOf(repository),
    push: 'true',
    'push-by-digest': 'true',
    store: 'false',
    unpack: 'false',
    ...(repository.plainHttp && { 'registry.insecure': 'true' }),
  };
  return { type: 'image', attrs: { ...attrs, ...way } };
}

/** What BuildKit says of a push names the registry, and hardly what to do. */
function pushFailure(error: unknown, repository: TransitRepository): unknown {
  if (!isWarmdockError(error) || error.code !== 'INTERNAL') return error;
  return new WarmdockError(
    'UNAVAILABLE',
    `the builder cannot push to ${nameOf(repository)}: ${messageOf(error)}`,
    {
      hint: 'see that the builder reaches the registry by this name, and that the login may push there',
      cause: error,
    },
  );
}
