import type { BuildKit } from '../buildkit/buildkit.js';
import type { BuildPlan } from './build-plan.js';
import { contextKey } from './context-key.js';
import { openCaches } from './open-caches.js';
import { openDockerfileUrl } from './open-dockerfile-url.js';
import { openHosts } from './open-hosts.js';
import { openLayouts } from './open-layouts.js';
import type { OpenedPlan } from './open-plan.js';
import { openSsh } from './open-ssh.js';
import { openStdin } from './open-stdin.js';
import type { Opening } from './opening.js';
import type { RunSolveOptions } from './run-build.js';

type Open = (
  plan: BuildPlan,
  builder: BuildKit,
  options: RunSolveOptions,
) => Opening | Promise<Opening>;

/** Gets hold of all that a plan reads beside directories and secrets. Throws what each kind of input throws. */
export async function openInputs(
  plan: BuildPlan,
  builder: BuildKit,
  options: RunSolveOptions,
): Promise<OpenedPlan> {
  const openings: Opening[] = [];
  const dispose = async () => {
    for (const opening of openings.splice(0).reverse()) await opening.dispose?.();
  };
  try {
    for (const open of openers) openings.push(await open(plan, builder, options));
    return { ...combined(plan, options, [...openings]), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The cheap and the likely to fail come first. */
const openers: readonly Open[] = [
  openHosts,
  openSsh,
  openLayouts,
  openCaches,
  openStdin,
  openDockerfileUrl,
];

function combined(
  plan: BuildPlan,
  options: RunSolveOptions,
  openings: readonly Opening[],
): Omit<OpenedPlan, typeof Symbol.asyncDispose> {
  const all = <T>(pick: (opening: Opening) => readonly T[] | undefined): T[] =>
    openings.flatMap((opening) => pick(opening) ?? []);
  const finishers = openings.filter(({ finish }) => finish !== undefined);
  const isWaitedFor = finishers.length > 0 || plan.cacheTo !== undefined;
  return {
    plan: {
      ...plan,
      frontendAttrs: Object.assign({}, plan.frontendAttrs, ...openings.map(({ attrs }) => attrs)),
      locals: [...plan.locals, ...all(({ locals }) => locals)],
      contextKey: keyOf(plan, options),
    },
    options: {
      ...options,
      attachables: [...(options.attachables ?? []), ...all(({ attachables }) => attachables)],
      stores: new Map([...(options.stores ?? []), ...all(({ stores }) => stores)]),
      cacheImports: all(({ cacheImports }) => cacheImports),
      cacheExports: all(({ cacheExports }) => cacheExports),
    },
    ...(isWaitedFor && {
      async finish(answer) {
        const response = await answer;
        for (const opening of finishers) await opening.finish?.(response);
        return response;
      },
    }),
  };
}

/** That of the plan's own directories: those of standard input have another name in each build. */
function keyOf(plan: BuildPlan, { env = process.env }: RunSolveOptions): string {
  const { stdin, dockerfileUrl } = plan;
  const others = [stdin, dockerfileUrl].filter((input) => input !== undefined);
  const locals = [...plan.locals, ...others.map((name) => ({ name, directory: '-' }))];
  return plan.contextKey ?? contextKey(locals, env);
}
