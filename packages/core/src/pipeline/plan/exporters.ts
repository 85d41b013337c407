import type { Exporter } from '../../buildkit/solve.js';
import type { Attrs } from '../flags/key-values.js';
import type { BuildPlan } from './build-plan.js';
import { imageAttrs } from './image-exporter.js';

export type PlannedOutput = NonNullable<BuildPlan['outputs']>[number];

/** An output with the exporter that makes it. */
export interface PlannedExport {
  readonly output: PlannedOutput;
  readonly exporter: Exporter;
}

/**
 * The exporters for a plan's outputs; that of the image to load is the last one, whose answer counts.
 *
 * An image that is pushed is also the one that is loaded, unless the load has attributes of its own.
 * `inEngine` when the builder is in the daemon, which keeps its images by another exporter.
 */
export function plannedExports(plan: BuildPlan, inEngine: boolean): PlannedExport[] {
  const outputs = plan.outputs ?? [{ type: 'load', attrs: {} }];
  const load = outputs.find(({ type }) => type === 'load');
  const images = outputs.filter(({ type }) => type === 'image');
  const isShared =
    load?.type === 'load' && Object.keys(load.attrs).length === 0 && images.length > 0;
  const last = isShared ? images.at(-1) : load;
  const ordered = [
    ...outputs.filter((output) => output !== last && output.type !== 'load'),
    ...(last ? [last] : []),
  ];
  return ordered.map((output) => ({ output, exporter: exporterOf(output, plan, inEngine) }));
}

function exporterOf(output: PlannedOutput, plan: BuildPlan, inEngine: boolean): Exporter {
  const names = plan.tags.length > 0 ? { name: plan.tags.join(',') } : undefined;
  switch (output.type) {
    case 'image':
      return {
        type: inEngine ? 'moby' : 'image',
        attrs: {
          ...(inEngine ? plan.imageAttrs : imageAttrs(plan)),
          ...output.attrs,
          ...names,
          ...(output.push && { push: 'true' }),
        },
      };
    case 'load':
      return inEngine
        ? { type: 'moby', attrs: { ...plan.imageAttrs, ...output.attrs, ...names } }
        : { type: 'image', attrs: { ...imageAttrs(plan), ...output.attrs } };
    case 'oci':
      return { type: 'oci', attrs: archiveAttrs(imageAttrs(plan), output, names) };
    case 'docker':
      // Its own media types are docker's.
      return { type: 'docker', attrs: archiveAttrs(plan.imageAttrs ?? {}, output, names) };
    default:
      return { type: output.type, attrs: output.attrs };
  }
}

function archiveAttrs(
  image: Attrs,
  { attrs, tar }: { readonly attrs: Attrs; readonly tar: boolean },
  names: Attrs | undefined,
): Attrs {
  return { ...image, ...attrs, ...names, ...(!tar && { tar: 'false' }) };
}
