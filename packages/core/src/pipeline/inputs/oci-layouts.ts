import type { BuildKit } from '../../buildkit/buildkit.js';
import { findInLayout } from '../../content/layout-index.js';
import { openLayoutStore } from '../../content/layout-store.js';
import { WarmdockError } from '../../errors.js';
import type { BuildPlan, OciLayoutContext } from '../plan/build-plan.js';
import type { SolveInput } from './solve-input.js';

/** Serves the named contexts that are image layouts; throws what `findInLayout` throws. */
export async function openLayouts(
  { ociLayouts = [] }: BuildPlan,
  _: BuildKit,
): Promise<SolveInput> {
  const served = await Promise.all(ociLayouts.map(serve));
  return {
    attrs: Object.fromEntries(served.map(({ attr }) => attr)),
    stores: served.map(({ store }) => store),
  };
}

async function serve({ name, directory, tag, digest: given }: OciLayoutContext, at: number) {
  const digest = given ?? (await findInLayout(directory, tag ?? 'latest'));
  const source = openLayoutStore(directory);
  if ((await source.sizeOf(digest)) === undefined)
    throw new WarmdockError('NOT_FOUND', `image layout ${directory} has no blob ${digest}`);
  const id = `layout-${at}`;
  return {
    attr: [`context:${name}`, `oci-layout://${id}@${digest}`] as const,
    store: [`oci:${id}`, { source }] as const,
  };
}
