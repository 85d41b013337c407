import type { BuildKit } from '../../buildkit/buildkit.js';
import type { CallContext } from '../../call-context.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { contextKey } from '../state/context-key.js';
import { openCaches } from './caches.js';
import { openDockerfileUrl } from './dockerfile-url.js';
import { resolveHostGateway } from './host-gateway.js';
import { openLayouts } from './oci-layouts.js';
import type { OpenedPlan, SolveInput } from './solve-input.js';
import { openSsh } from './ssh-agents.js';
import { openStdin } from './stdin.js';

type Open = (
  plan: BuildPlan,
  builder: BuildKit,
  context: CallContext,
) => SolveInput | Promise<SolveInput>;

/** Gets hold of all that a plan reads beside directories and secrets. Throws what each kind of input throws. */
export async function openRareInputs(
  plan: BuildPlan,
  builder: BuildKit,
  context: CallContext,
): Promise<OpenedPlan> {
  const inputs: SolveInput[] = [];
  const dispose = async () => {
    for (const input of inputs.splice(0).reverse()) await input.dispose?.();
  };
  try {
    for (const open of openEach) inputs.push(await open(plan, builder, context));
    return { ...combined(plan, context, [...inputs]), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The cheap and the likely to fail come first. */
const openEach: readonly Open[] = [
  resolveHostGateway,
  openSsh,
  openLayouts,
  openCaches,
  openStdin,
  openDockerfileUrl,
];

function combined(
  plan: BuildPlan,
  context: CallContext,
  inputs: readonly SolveInput[],
): Omit<OpenedPlan, typeof Symbol.asyncDispose> {
  const all = <T>(pick: (input: SolveInput) => readonly T[] | undefined): T[] =>
    inputs.flatMap((input) => pick(input) ?? []);
  const finishers = inputs.filter(({ finish }) => finish !== undefined);
  const isWaitedFor = finishers.length > 0 || plan.cacheTo !== undefined;
  return {
    plan: {
      ...plan,
      frontendAttrs: Object.assign({}, plan.frontendAttrs, ...inputs.map(({ attrs }) => attrs)),
      locals: [...plan.locals, ...all(({ locals }) => locals)],
      contextKey: keyOf(plan, context),
    },
    services: {
      attachables: all(({ attachables }) => attachables),
      stores: new Map(all(({ stores }) => stores)),
      cacheImports: all(({ cacheImports }) => cacheImports),
      cacheExports: all(({ cacheExports }) => cacheExports),
    },
    ...(isWaitedFor && {
      async finish(answer) {
        const response = await answer;
        for (const input of finishers) await input.finish?.(response);
        return response;
      },
    }),
  };
}

/** That of the plan's own directories: those of standard input have another name in each build. */
function keyOf(plan: BuildPlan, { env = process.env }: CallContext): string {
  const { stdin, dockerfileUrl } = plan;
  const others = [stdin, dockerfileUrl].filter((input) => input !== undefined);
  const locals = [...plan.locals, ...others.map((name) => ({ name, directory: '-' }))];
  return plan.contextKey ?? contextKey(locals, env);
}
