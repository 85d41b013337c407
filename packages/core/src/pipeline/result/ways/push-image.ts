import type { Exporter } from '../../../buildkit/solve.js';
import type { CallContext } from '../../../call-context.js';
import { isWarmdockError, messageOf, WarmdockError } from '../../../errors.js';
import { MediaType } from '../../../oci/media-types.js';
import { nameOf } from '../../../oci/reference.js';
import { openRepository } from '../../../registry/open-repository.js';
import type { Repository } from '../../../registry/repository.js';
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
  solve: RepeatableSolve,
  transit: TransitRepository,
  context: CallContext,
): Promise<OpenedImage> {
  // While the builder is at work, and not before: loading what speaks to registries takes a while.
  const opening = solve.builder.connect(context).then(() => open(transit, context));
  // Waited for after the solve, whose failure counts more.
  opening.catch(() => {});
  try {
    const solved = await solveAndPush(solve, transit, context);
    const repository = await opening;
    const image = await pushedImage(solved, repository, context);
    const content = openDownloads(repository, context);
    const close = async () => {
      await content[Symbol.asyncDispose]();
      await repository[Symbol.asyncDispose]();
    };
    return { solved, image, content, [Symbol.asyncDispose]: close };
  } catch (error) {
    opening.then((repository) => repository[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  }
}

function open(transit: TransitRepository, { env, onProgress }: CallContext): Promise<Repository> {
  const onNotice = (message: string) => onProgress?.({ type: 'notice', message });
  const options = { onNotice, ...(transit.plainHttp && { plainHttp: true }) };
  return openRepository(nameOf(transit), options, { ...(env && { env }) });
}

async function solveAndPush(
  { plan, builder, solve }: RepeatableSolve,
  transit: TransitRepository,
  context: CallContext,
): Promise<TimedSolve> {
  const exporters = [pushExporter(plan, transit, solve.exporter?.attrs)];
  const solved = await runSolve(plan, builder, { ...solve, exporters }, context).catch(
    (error: unknown) => Promise.reject(pushFailure(error, transit)),
  );
  const answer = solved.answer.catch((error: unknown) =>
    Promise.reject(pushFailure(error, transit)),
  );
  answer.catch(() => {});
  return { ...solved, answer };
}

/**
 * The image ahead of the builder's answer, where the registry has it: the answer comes after the history
 * of the build, which takes longer than the push.
 */
async function pushedImage(
  { image, answer }: TimedSolve,
  repository: Repository,
  { signal }: CallContext,
): Promise<OpenedImage['image']> {
  const isThere =
    image && (await repository.exists({ mediaType: MediaType.ociManifest, ...image }, { signal }));
  if (isThere) return image;
  await answer;
  return undefined;
}

/** `store` keeps the name out of a builder's own list of images; builders without one do not know it. */
function pushExporter(
  plan: BuildPlan,
  transit: TransitRepository,
  attrs: Exporter['attrs'] = imageAttrs(plan),
): Exporter {
  const way = {
    name: nameOf(transit),
    push: 'true',
    'push-by-digest': 'true',
    store: 'false',
    unpack: 'false',
    ...(transit.plainHttp && { 'registry.insecure': 'true' }),
  };
  return { type: 'image', attrs: { ...attrs, ...way } };
}

/** What BuildKit says of a push names the registry, and hardly what to do. */
function pushFailure(error: unknown, transit: TransitRepository): unknown {
  if (!isWarmdockError(error) || error.code !== 'INTERNAL') return error;
  return new WarmdockError(
    'UNAVAILABLE',
    `the builder cannot push to ${nameOf(transit)}: ${messageOf(error)}`,
    {
      hint: 'see that the builder reaches the registry by this name, and that the login may push there',
      cause: error,
    },
  );
}
